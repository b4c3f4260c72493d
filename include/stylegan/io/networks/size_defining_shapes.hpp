// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/architecture_fields.hpp>
#include <stylegan/io/networks/variable_names.hpp>

#include <algorithm>
#include <string>

namespace stylegan {

/// The shapes of the variables that determine the size of a network: feature maps of every stage, widths of the mapping
/// network, labels, noise maps. A file is checked against them before its network is built: a network of a wrong
/// architecture could need more memory than there is.
[[nodiscard]] inline VariableShapes size_defining_shapes(const Architecture& a, NetworkKind kind) {
    namespace variables = detail::variables;
    VariableShapes shapes;
    const Index channels = a.num_channels;
    const Index first_values = Index{a.base.height} * a.base.width * a.feature_maps(0);
    const std::string first = variables::first_stage(a);
    if (kind == NetworkKind::discriminator) {
        for (int s = 0; s < a.stages(); ++s) shapes[variables::from_rgb(a, s)] = {1, 1, channels, a.feature_maps(s)};
        shapes[first + "Dense0/weight"] = {first_values, a.nf(0)};
        shapes[first + "Dense1/weight"] = {a.nf(0), std::max(a.label_size, 1)};
        return shapes;
    }
    const std::string synthesis = a.progressive_gan ? "" : "G_synthesis/";
    for (int s = 0; s < a.stages(); ++s)
        shapes[variables::to_rgb(synthesis, a, s)] = {1, 1, a.feature_maps(s), channels};
    if (a.use_noise)
        for (int l = 0; l < a.layers(); ++l)
            shapes[variables::noise(synthesis, l)] = {1, 1, a.size(l / 2).height, a.size(l / 2).width};
    for (int i = 0; i < a.mapping_layers; ++i)
        shapes[variables::mapping_weight(i)] = {a.mapping_width(i), a.mapping_width(i + 1)};
    if (!a.progressive_gan) shapes[variables::w_average] = {a.w_size()};
    if (!a.progressive_gan && a.label_size > 0) shapes[variables::label_embedding] = {a.label_size, a.latent_size};
    if (!a.const_input_layer) shapes[synthesis + first + "Dense/weight"] = {a.w_size(), first_values};
    return shapes;
}

}  // namespace stylegan
