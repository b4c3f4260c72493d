// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "interrupt.hpp"
#include "progress_line.hpp"

#include <stylegan/core/error.hpp>

#include <cstddef>
#include <string>

namespace stylegan::examples {

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
