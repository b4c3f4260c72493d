// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/io/networks/architecture_differences.hpp>
#include <stylegan/io/networks/infer_architecture.hpp>

#include <string>

namespace stylegan {

/// The shapes of those variables that a network's size follows from: the feature maps of every stage, the widths of the
/// mapping network, the labels, the noise maps. A file of an architecture can be held against these before a network is
/// built, which might take more memory than there is.
[[nodiscard]] inline VariableShapes telling_shapes(const Architecture& a, NetworkKind kind) {
    VariableShapes shapes;
    const Index channels = a.num_channels;
    const std::string first = to_string(a.base) + "/";
    const auto lod = [&](int stage) { return "lod" + std::to_string(a.stages() - 1 - stage) + "/weight"; };
    if (kind == NetworkKind::discriminator) {
        for (int s = 0; s < a.stages(); ++s) shapes["FromRGB_" + lod(s)] = {1, 1, channels, a.feature_maps(s)};
        shapes[first + "Dense0/weight"] = {Index{a.base.height} * a.base.width * a.feature_maps(0), a.nf(0)};
        shapes[first + "Dense1/weight"] = {a.nf(0), std::max(a.label_size, 1)};
        return shapes;
    }
    const std::string synthesis = a.progressive_gan ? "" : "G_synthesis/", dense = "G_mapping/Dense";
    for (int s = 0; s < a.stages(); ++s) shapes[synthesis + "ToRGB_" + lod(s)] = {1, 1, a.feature_maps(s), channels};
    if (a.use_noise)
        for (int l = 0; l < a.layers(); ++l)
            shapes[synthesis + "noise" + std::to_string(l)] = {1, 1, a.size(l / 2).height, a.size(l / 2).width};
    for (int i = 0; i < a.mapping_layers; ++i)
        shapes[dense + std::to_string(i) + "/weight"] = {i == 0 ? a.mapping_inputs() : a.mapping_fmaps,
                                                         i == a.mapping_layers - 1 ? a.dlatent_size : a.mapping_fmaps};
    if (!a.progressive_gan) shapes["dlatent_avg"] = {a.w_size()};
    if (!a.progressive_gan && a.label_size > 0) shapes["G_mapping/LabelConcat/weight"] = {a.label_size, a.latent_size};
    if (!a.const_input_layer)
        shapes[synthesis + first + "Dense/weight"] = {a.w_size(),
                                                      Index{a.base.height} * a.base.width * a.feature_maps(0)};
    return shapes;
}

}  // namespace stylegan
