// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace stylegan::examples {

/// The memory that this process holds, in bytes.
[[nodiscard]] std::size_t memory_now();

/// The most memory that this process ever held at once, in bytes.
[[nodiscard]] std::size_t peak_memory();

}  // namespace stylegan::examples
