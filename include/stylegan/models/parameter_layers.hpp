// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/error.hpp>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace stylegan {

/// The synthesis layer that a parameter of a generator belongs to, 0 to layers() - 1; none for those of the mapping
/// network, the average w and the level of detail. A `ToRGB` layer belongs to the second layer of its stage, whose maps
/// it reads.
/// @param name  as for_each_parameter() gives it, with or without a prefix
[[nodiscard]] inline std::optional<int> layer_of_parameter(const Architecture& a, std::string_view name) {
    constexpr std::string_view synthesis = "G_synthesis/", rgb = "ToRGB_lod", noise = "noise";
    if (const auto at = name.find(synthesis); at != std::string_view::npos) name.remove_prefix(at + synthesis.size());
    const auto number = [](std::string_view digits) {
        int n = -1;
        (void)std::from_chars(digits.data(), digits.data() + digits.size(), n);
        return n;
    };
    const auto within = [&](int layer) {
        return layer >= 0 && layer < a.layers() ? std::optional(layer) : std::nullopt;
    };
    if (name.starts_with(rgb)) return within(2 * (a.stages() - 1 - number(name.substr(rgb.size()))) + 1);
    if (name.starts_with(noise)) return within(number(name.substr(noise.size())));
    const std::size_t slash = name.find('/');
    for (int stage = 0; slash != std::string_view::npos && stage < a.stages(); ++stage) {
        if (name.substr(0, slash) != to_string(a.size(stage))) continue;
        const std::string_view layer = name.substr(slash + 1);
        return 2 * stage + (layer.starts_with("Conv/") || layer.starts_with("Conv1/") ? 1 : 0);
    }
    return std::nullopt;
}

}  // namespace stylegan
