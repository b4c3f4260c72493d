// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/view.hpp>

#include <map>
#include <string>
#include <vector>

namespace stylegan {

/// The shape of every variable of a network, under its official name without a prefix such as "Gs/".
using VariableShapes = std::map<std::string, std::vector<Index>>;

/// Official names of the variables from whose shapes an architecture is read.
namespace detail::variables {

inline constexpr const char* label_embedding = "G_mapping/LabelConcat/weight";  ///< (labels, latent)
inline constexpr const char* w_average = "dlatent_avg";                         ///< (w)

/// "lod2/weight": the level of detail counts down to 0 at the last stage.
[[nodiscard]] inline std::string lod_weight(const Architecture& a, int stage) {
    return "lod" + std::to_string(a.stages() - 1 - stage) + "/weight";
}
/// (1, 1, feature maps, colours). @param synthesis  "G_synthesis/"; empty for a Progressive GAN
[[nodiscard]] inline std::string to_rgb(const std::string& synthesis, const Architecture& a, int stage) {
    return synthesis + "ToRGB_" + lod_weight(a, stage);
}
/// (1, 1, colours, feature maps)
[[nodiscard]] inline std::string from_rgb(const Architecture& a, int stage) {
    return "FromRGB_" + lod_weight(a, stage);
}

/// (1, 1, height, width)
[[nodiscard]] inline std::string noise(const std::string& synthesis, int layer) {
    return synthesis + "noise" + std::to_string(layer);
}
/// (in, out)
[[nodiscard]] inline std::string mapping_weight(int layer) {
    return "G_mapping/Dense" + std::to_string(layer) + "/weight";
}
/// "4x4/": what the variables of the first stage begin with.
[[nodiscard]] inline std::string first_stage(const Architecture& a) { return to_string(a.base) + "/"; }

}  // namespace detail::variables

}  // namespace stylegan
