// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace stylegan::examples {

/// What a line of training progress says, in the form of the official tools.
struct TickLine {
    std::uint64_t tick = 0;
    double kimg = 0;
    double lod = 0;
    int minibatch = 0;
    double seconds = 0;  ///< since the run began
    double tick_seconds = 0;
    double tick_kimg = 0;
    double maintenance = 0;     ///< seconds for pictures and snapshots after the tick before
    double memory_gb = 0;       ///< the most so far
    std::uint64_t skipped = 0;  ///< steps of this tick whose gradient was not finite; told only if there are any
};

/// "tick 12    kimg 48.0     lod 0.00  minibatch 16   time 5m 03s       sec/tick 24.1    sec/kimg 6.02    maintenance 0.0 ..."
[[nodiscard]] std::string text_of(const TickLine& line);

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

}  // namespace stylegan::examples
