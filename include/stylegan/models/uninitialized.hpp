// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace stylegan {

struct Uninitialized {};
/// For a network whose parameters are loaded next: saves the time of drawing initial values.
inline constexpr Uninitialized uninitialized{};

}  // namespace stylegan
