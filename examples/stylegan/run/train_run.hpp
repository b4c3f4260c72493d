// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/train_settings.hpp"

#include <iosfwd>

namespace stylegan::examples {

/// Runs `stylegan train`.
/// @throws Error
void run_train(const TrainFlags& flags);

/// Prints what a run would do: the layers of its networks, and for each level of the schedule its start, minibatch
/// size, learning rate and planned memory; for a GPU as far as that is known without one.
void print_dry_run(std::ostream& out, const TrainSettings& settings, const DatasetFacts& data,
                   const DeviceOption& device);

}  // namespace stylegan::examples
