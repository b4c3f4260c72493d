// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/planning/level_times.hpp"
#include "run/train_settings.hpp"

#include <iosfwd>
#include <string>

namespace stylegan::examples {

/// Runs `stylegan train`.
/// @throws Error
void run_train(const TrainFlags& flags);

/// What to say of a run that ends before the largest pictures have faded in; empty if it does not.
[[nodiscard]] std::string schedule_warning(const TrainSettings& settings);

/// Prints what a run would do: the layers of its networks, and for each level of the schedule its start, minibatch
/// size, learning rate, planned memory and time; for a GPU as far as the memory is known without one.
/// @param times  of training steps on this machine
/// @param done   thousands of pictures that a resumed run has seen
void print_dry_run(std::ostream& out, const TrainSettings& settings, const DatasetFacts& data,
                   const DeviceOption& device, const LevelTimes& times, double done);

}  // namespace stylegan::examples
