// SPDX-License-Identifier: Apache-2.0
#pragma once

// The only place that states the version; the build reads it from here.
#define STYLEGAN_VERSION_MAJOR 0
#define STYLEGAN_VERSION_MINOR 1
#define STYLEGAN_VERSION_PATCH 0

namespace stylegan {

/// The version of these headers as (major, minor, patch).
inline constexpr int version[3] = {STYLEGAN_VERSION_MAJOR, STYLEGAN_VERSION_MINOR, STYLEGAN_VERSION_PATCH};

}  // namespace stylegan
