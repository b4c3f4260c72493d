// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/architecture_fields.hpp>
#include <stylegan/io/networks/architecture_json.hpp>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <vector>

namespace stylegan {

namespace detail {

/// The keywords that have no effect on this network of architecture a.
inline std::set<std::string> ineffective_keywords(const Architecture& a, NetworkKind kind) {
    std::set<std::string> keys;
    for_each_field(a, [&](const ArchitectureField& field, const auto&) {
        if (!field.applies_to(kind)) keys.insert(field.keyword);
    });
    if (kind == NetworkKind::generator) {
        if (a.mapping_layers < 2) keys.insert("mapping_fmaps");
        if (a.mapping_layers < 1) keys.insert({"dlatent_size", "mapping_lrmul", "mapping_nonlinearity"});
    } else {
        if (a.mbstd_group_size < 2) keys.insert("mbstd_num_features");
    }
    if (a.stages() == 1) keys.insert({"blur_filter", "fused_scale"});
    return keys;
}

inline bool same_feature_maps(const Architecture& a, const Architecture& b, NetworkKind kind) {
    for (int s = kind == NetworkKind::generator ? 1 : 0; s <= std::max(a.stages(), b.stages()); ++s)
        if (a.nf(s) != b.nf(s)) return false;
    return true;
}

/// Whether both values of fused_scale give the same numbers and variable names. A fused down-convolution equals a plain
/// one, so only a generator's arithmetic depends on it.
inline bool same_scaling(const Architecture& a, const Architecture& b, NetworkKind kind) {
    const bool named = a.progressive_gan || b.progressive_gan;
    if (named && (a.fused_scale == FusedScale::on) != (b.fused_scale == FusedScale::on)) return false;
    if (kind == NetworkKind::discriminator) return true;
    for (int s = 1; s < std::max(a.stages(), b.stages()); ++s)
        if (a.fused(s) != b.fused(s)) return false;
    return true;
}

}  // namespace detail

/// The keywords whose values make two architectures give different generators (or discriminators): other shapes, other
/// variables or other arithmetic. Keywords without an effect on that network are left out: training options, widths of
/// layers that do not exist, and different fmap keywords that give the same feature maps.
[[nodiscard]] inline std::vector<std::string> architecture_differences(const Architecture& a, const Architecture& b,
                                                                       NetworkKind kind) {
    std::set<std::string> ignored;
    const std::set<std::string> of_a = detail::ineffective_keywords(a, kind),
                                of_b = detail::ineffective_keywords(b, kind);
    std::set_intersection(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(), std::inserter(ignored, ignored.end()));
    if (detail::same_feature_maps(a, b, kind)) ignored.insert({"fmap_base", "fmap_decay", "fmap_max"});
    if (detail::same_scaling(a, b, kind)) ignored.insert("fused_scale");
    if (a.mbstd_group_size < 2 && b.mbstd_group_size < 2) ignored.insert("mbstd_group_size");

    std::vector<std::string> keys;
    const nlohmann::ordered_json json_a = architecture_to_json(a), json_b = architecture_to_json(b);
    for (const auto& [key, value] : json_a.items())
        if (ignored.count(key) == 0 && value != json_b[key]) keys.push_back(key);
    return keys;
}

}  // namespace stylegan
