// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/train_settings.hpp"

#include <string>

namespace stylegan::examples {

/// The settings that a resumed run has otherwise than before, "--kimg 32 -> 64, --mirror false -> true"; empty if none.
/// @param before  of the run that wrote the snapshot
/// @param now     of the resumed run
/// @throws ValueError if one of them is a setting that cannot change
[[nodiscard]] std::string changed_settings(const TrainStart& before, const TrainSettings& now);

}  // namespace stylegan::examples
