// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>

#include <string>
#include <vector>

namespace stylegan::examples {

/// What a list of layers looks like, for messages.
inline constexpr const char* layer_list_form = "coarse, middle, fine, or layers such as 0-3,6";

/// The layers that `list` names: numbers and ranges, or `coarse` (4x4 and 8x8 of a square network), `middle` (16x16 and
/// 32x32) or `fine` (64x64 and above), as the paper calls them.
/// @throws ValueError that names the flag if the text is no such list, or the network has no such layer
[[nodiscard]] std::vector<int> parse_layer_list(const std::string& flag, const std::string& list,
                                                const Architecture& a);

}  // namespace stylegan::examples
