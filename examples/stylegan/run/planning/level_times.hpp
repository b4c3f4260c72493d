// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>

#include <string>
#include <vector>

namespace stylegan::examples {

/// How long training takes on this machine, by stage of the networks: stage 0 is the first, 4x4.
struct LevelTimes {
    std::vector<double> seconds_per_kimg;  ///< seconds for a thousand pictures; empty if nothing was measured
    int measured = 0;                      ///< stages that were measured, from the first; the others are extrapolated
    std::string reason;                    ///< why nothing was measured

    [[nodiscard]] bool known() const { return !seconds_per_kimg.empty(); }
    /// Whether a stage was extrapolated from a smaller one.
    [[nodiscard]] bool about(int stage) const { return stage >= measured; }
};

/// Multiply-adds of the convolutions for one picture of a stage, in the generator or the discriminator.
[[nodiscard]] double work_of_stage(const Architecture& a, int stage);

/// Completes the times of measured stages by those of the others, in proportion to their work. Needs one at least.
void extrapolate(const Architecture& a, LevelTimes& times);

}  // namespace stylegan::examples
