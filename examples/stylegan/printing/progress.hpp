// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>

#include <csignal>
#include <cstddef>
#include <string>

namespace stylegan::examples {

/// While one exists, Ctrl-C (SIGINT) and SIGTERM set a mark instead of ending the program; a second one ends it at once.
/// What the signals did before is put back at the end. One at a time.
class Interrupt {
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    /// Whether a signal has come.
    [[nodiscard]] static bool requested();

private:
    struct sigaction before_int_ {
    }, before_term_{};
};

/// "25s", "5m 03s", "1h 02m 03s", "1d 02h 03m"
[[nodiscard]] std::string text_of_seconds(double seconds);

/// A line on the terminal that is overwritten as work goes on; prints nothing when the output is no terminal.
class ProgressBar {
public:
    ProgressBar();

    [[nodiscard]] bool visible() const { return visible_; }

    /// Shows how far the work is, at most some times a second.
    /// @param part  in [0, 1]
    /// @param text  what stands behind the bar
    void show(double part, const std::string& text);
    /// Takes the line away, so that another can be printed in its place.
    void clear();

private:
    bool visible_ = false, drawn_ = false;
    double last_ = 0;
};

/// Seconds on a clock that never jumps.
[[nodiscard]] double seconds_now();

/// Ctrl-C ended a command.
class Interrupted : public Error {
public:
    using Error::Error;
};

/// The progress bar of a command that works through a known number of things; gone when this object ends.
/// As long as it lives, Ctrl-C ends the command in good order: by an exception, so that no file is left half-written.
class CountedProgress {
public:
    /// @param unit  what is counted: "pictures"
    explicit CountedProgress(std::string unit);
    CountedProgress(const CountedProgress&) = delete;
    CountedProgress& operator=(const CountedProgress&) = delete;
    ~CountedProgress() { bar_.clear(); }

    /// Shows "12 of 40 pictures, 3.1/s, 9s left", and `more`. @throws Interrupted after Ctrl-C
    void show(std::size_t done, std::size_t total, const std::string& more = {});
    void clear() { bar_.clear(); }

private:
    std::string unit_;
    double start_;
    Interrupt interrupt_;
    ProgressBar bar_;
};

}  // namespace stylegan::examples
