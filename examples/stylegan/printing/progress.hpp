// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>

#include <csignal>
#include <cstddef>
#include <string>

namespace stylegan::examples {

/// While an object exists, Ctrl-C (SIGINT), SIGTERM, SIGHUP (the terminal is gone) and SIGUSR1 (from a scheduler,
/// before the time is over) set a mark instead of ending the program; a second Ctrl-C ends it at once. The others may
/// come twice, from a terminal and its shell, and do not. The destructor restores the previous handlers. Only one
/// object may exist at a time.
class Interrupt {
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    /// Whether a signal has arrived.
    [[nodiscard]] static bool requested();

private:
    struct sigaction before_int_ {
    }, before_term_{}, before_hup_{}, before_usr1_{};
};

/// Prints a line at once. main() reports an output that cannot be written.
void print_line(const std::string& line);
/// The error number of the first line that could not be printed; 0 if there is none.
[[nodiscard]] int print_error();

/// Whether the reader of the standard output is gone, as after `| head -3`.
[[nodiscard]] bool output_is_closed();

/// "25s", "5m 03s", "1h 02m 03s", "1d 02h 03m"
[[nodiscard]] std::string text_of_seconds(double seconds);

/// A line on the terminal that is overwritten as work proceeds; prints nothing if the output is not a terminal.
class ProgressBar {
public:
    ProgressBar();

    [[nodiscard]] bool visible() const { return visible_; }

    /// Shows the progress, at most ten times a second.
    /// @param part  of the work that is done, in [0, 1]
    /// @param text  follows the bar
    void show(double part, const std::string& text);
    /// Removes the line.
    void clear();

private:
    bool visible_ = false, drawn_ = false;
    double last_ = 0;
};

/// Seconds of a steady clock.
[[nodiscard]] double seconds_now();

/// Thrown when Ctrl-C ends a command.
class Interrupted : public Error {
public:
    using Error::Error;
};

/// The progress bar of a command with a known number of things to do; the destructor removes it.
/// While an object exists, Ctrl-C makes show() throw, so that no file is left half-written.
class CountedProgress {
public:
    /// @param unit  what is counted: "pictures"
    explicit CountedProgress(std::string unit);
    CountedProgress(const CountedProgress&) = delete;
    CountedProgress& operator=(const CountedProgress&) = delete;
    ~CountedProgress() { bar_.clear(); }

    /// Shows "12 of 40 pictures, 3.1/s, 9s left" and `more`. @throws Interrupted after Ctrl-C
    void show(std::size_t done, std::size_t total, const std::string& more = {});
    void clear() { bar_.clear(); }

private:
    std::string unit_;
    double start_;
    Interrupt interrupt_;
    ProgressBar bar_;
};

}  // namespace stylegan::examples
