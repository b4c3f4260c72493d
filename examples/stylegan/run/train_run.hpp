// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/train_settings.hpp"

#include <iosfwd>

namespace stylegan::examples {

/// Runs `stylegan train`.
/// @throws Error
void run_train(const TrainFlags& flags);

/// Prints what a run would do: its networks layer by layer, when each level of the schedule begins with which minibatch and
/// learning rate, and the memory that a step takes there; of a GPU as far as that is known without one.
void print_dry_run(std::ostream& out, const TrainSettings& settings, const DatasetFacts& data,
                   const DeviceOption& device);

}  // namespace stylegan::examples
