// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/io/networks/architecture_json.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace stylegan {

enum class NetworkKind { generator, discriminator };

namespace detail {

/// The keywords that decide nothing about this network of architecture a.
inline std::set<std::string> idle_keywords(const Architecture& a, NetworkKind kind) {
    std::set<std::string> idle{"style_mixing_prob"};
    if (kind == NetworkKind::generator) {
        idle.insert({"mbstd_group_size", "mbstd_num_features"});
        if (a.mapping_layers < 2) idle.insert("mapping_fmaps");
        if (a.mapping_layers < 1) idle.insert({"dlatent_size", "mapping_lrmul", "mapping_nonlinearity"});
    } else {
        idle.insert({"latent_size", "dlatent_size", "mapping_layers", "mapping_fmaps", "mapping_lrmul",
                     "mapping_nonlinearity", "normalize_latents", "use_styles", "const_input_layer", "use_noise",
                     "use_pixel_norm", "use_instance_norm", "progressive_gan", "bias_before_blur",
                     "instance_norm_epsilon", "shared_noise"});
        if (a.mbstd_group_size < 2) idle.insert("mbstd_num_features");
    }
    if (a.stages() == 1) idle.insert({"blur_filter", "fused_scale"});
    return idle;
}

inline bool same_feature_maps(const Architecture& a, const Architecture& b, NetworkKind kind) {
    for (int s = kind == NetworkKind::generator ? 1 : 0; s <= std::max(a.stages(), b.stages()); ++s)
        if (a.nf(s) != b.nf(s)) return false;
    return true;
}

/// Whether a fused_scale of b in place of that of a changes a number or the name of a variable. Fused and plain
/// down-convolutions are equal.
inline bool same_scaling(const Architecture& a, const Architecture& b, NetworkKind kind) {
    const bool named = a.progressive_gan || b.progressive_gan;
    if (named && (a.fused_scale == FusedScale::on) != (b.fused_scale == FusedScale::on)) return false;
    if (kind == NetworkKind::discriminator) return true;
    for (int s = 1; s < std::max(a.stages(), b.stages()); ++s)
        if (a.fused(s) != b.fused(s)) return false;
    return true;
}

}  // namespace detail

/// The keywords by which two architectures give different generators or discriminators: other shapes, other variables or
/// other arithmetic. Keywords that do not matter to that network (how it was trained, the width of layers that do not
/// exist, other ways to the same feature maps) are left out.
[[nodiscard]] inline std::vector<std::string> architecture_differences(const Architecture& a, const Architecture& b,
                                                                       NetworkKind kind) {
    std::set<std::string> idle;
    const std::set<std::string> of_a = detail::idle_keywords(a, kind), of_b = detail::idle_keywords(b, kind);
    std::set_intersection(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(), std::inserter(idle, idle.end()));
    if (detail::same_feature_maps(a, b, kind)) idle.insert({"fmap_base", "fmap_decay", "fmap_max"});
    if (detail::same_scaling(a, b, kind)) idle.insert("fused_scale");
    if (a.mbstd_group_size < 2 && b.mbstd_group_size < 2) idle.insert("mbstd_group_size");

    std::vector<std::string> keys;
    const nlohmann::ordered_json json_a = architecture_to_json(a), json_b = architecture_to_json(b);
    for (const auto& [key, value] : json_a.items())
        if (idle.count(key) == 0 && value != json_b[key]) keys.push_back(key);
    return keys;
}

}  // namespace stylegan
