// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/profile.hpp>

#include <nlohmann/json.hpp>

namespace stylegan::examples {

/// Prints a line for each layer, and one for all: milliseconds, their share, rates and bytes.
void print_profile(const Profile& profile);

/// The layers of `profile` with what a single call takes: "layer", "seconds", "multiply_adds" and "bytes".
[[nodiscard]] nlohmann::ordered_json profile_json(const Profile& profile);

}  // namespace stylegan::examples
