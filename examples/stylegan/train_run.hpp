// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "train_settings.hpp"

namespace stylegan::examples {

/// Does what `stylegan train` was asked for.
/// @throws Error
void run_train(const TrainFlags& flags);

}  // namespace stylegan::examples
