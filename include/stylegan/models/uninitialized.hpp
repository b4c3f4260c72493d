// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace stylegan {

/// Tag of constructors that draw no initial values; see `uninitialized`.
struct Uninitialized {};
/// For a network whose parameters are loaded next: it saves the time of drawing initial values.
inline constexpr Uninitialized uninitialized{};

}  // namespace stylegan
