// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace stylegan::examples {

/// Version, compiler, instruction set and CUDA support of this program, one line each, with a warning if this CPU has
/// larger vectors.
[[nodiscard]] std::string build_description();

/// Memory that this process holds, in bytes.
[[nodiscard]] std::size_t memory_now();

/// Peak memory of this process so far, in bytes.
[[nodiscard]] std::size_t peak_memory();

}  // namespace stylegan::examples
