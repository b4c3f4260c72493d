// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace stylegan {

/// What a pickle may take. With the defaults, reading any file needs less than 256 MiB besides the file itself.
struct PickleLimits {
    std::size_t objects = std::size_t{1} << 20;  ///< values, also on the stack and in the memo
    std::size_t entries = std::size_t{1} << 22;  ///< of all lists and dictionaries together
    std::size_t arrays = std::size_t{1} << 17;
    std::size_t axes = 8;        ///< of one array
    std::size_t key = 256;       ///< characters in the name of a storage
    std::uint32_t depth = 1000;  ///< containers within containers
};

namespace detail {

/// Bytes of a pickle of at least this size are passed over until they are read, and have a digest of their own.
inline constexpr std::size_t smallest_payload = 1024;

}  // namespace detail

}  // namespace stylegan
