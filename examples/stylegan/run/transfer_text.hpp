// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/train_settings.hpp"

#include <stylegan/training/transfer.hpp>

#include <string>
#include <vector>

namespace stylegan::examples {

/// What new networks of this architecture would take from a file. @throws FormatError if nothing fits
[[nodiscard]] Transfer planned_transfer(const Checkpoint& checkpoint, const Architecture& a);

/// Lines of the log about a run that takes what fits: "Taken from FILE: N of M parameters; new: G/G_synthesis/64x64,
/// ...", what was adapted to other labels, what was left, and where training begins.
[[nodiscard]] std::vector<std::string> text_of(const Transfer& transfer, const TrainStart& start,
                                               const TrainSettings& settings);

}  // namespace stylegan::examples
