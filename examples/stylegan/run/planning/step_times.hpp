// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options/device_option.hpp"
#include "run/planning/level_times.hpp"

#include <stylegan/core/architecture.hpp>
#include <stylegan/training/training_options.hpp>

namespace stylegan::examples {

/// Makes a few training steps on random pictures at each level, the smallest first, with the minibatch of that level.
/// Levels for which the time or half of the memory does not suffice are extrapolated.
/// @param options  of the run: loss, minibatch and all that a step costs
/// @param budget   seconds in all, without the time to make the networks
/// @return a reason in place of times if no step can be made on the device
[[nodiscard]] LevelTimes measure_levels(const Architecture& a, const TrainingOptions& options,
                                        const DeviceOption& device, int threads, double budget);

}  // namespace stylegan::examples
