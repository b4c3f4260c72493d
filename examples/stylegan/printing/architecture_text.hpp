// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>

#include <string>
#include <vector>

namespace stylegan::examples {

/// A row of the paper's table 1 with the sizes of `a`: pictures, labels, feature maps and latents.
[[nodiscard]] Architecture with_sizes_of(const Architecture& a, Architecture row);

/// The C++ initializer of an architecture: "{.resolution_log2 = 5, .fmap_base = 1024}". Members with their default
/// value, that of configuration F at 1024x1024, are left out.
[[nodiscard]] std::string architecture_literal(const Architecture& a);

/// The row of the paper's table 1, whatever the sizes: "configuration F, style-based" and the like.
[[nodiscard]] std::string configuration_of(const Architecture& a);

/// "512 (4x4), 256 (8x8)": the feature maps of each stage, height x width.
[[nodiscard]] std::string feature_maps_of(const Architecture& a);

/// "a, b, c"
[[nodiscard]] std::string listed(const std::vector<std::string>& parts);

}  // namespace stylegan::examples
