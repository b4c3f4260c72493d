// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace stylegan::examples {

/// What this program was compiled by and for, in lines, with a warning if this processor could do better.
[[nodiscard]] std::string build_description();

/// The memory that this process holds, in bytes.
[[nodiscard]] std::size_t memory_now();

/// The most memory that this process ever held at once, in bytes.
[[nodiscard]] std::size_t peak_memory();

}  // namespace stylegan::examples
