// SPDX-License-Identifier: Apache-2.0
#include "printing/architecture_text.hpp"

#include <stylegan/core/architecture_fields.hpp>
#include <stylegan/core/error.hpp>

#include <array>
#include <cstdio>
#include <functional>
#include <map>
#include <utility>

namespace stylegan::examples {
namespace {

std::string in_code(bool v) { return v ? "true" : "false"; }
std::string in_code(int v) { return std::to_string(v); }
std::string in_code(Decimal v) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.10g", v.value());
    return digits;
}
std::string in_code(Epsilon v) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.10g", v.value());
    return digits;
}
std::string in_code(Size v) { return text('{', v.height, ", ", v.width, '}'); }
std::string in_code(Nonlinearity v) {
    return v == Nonlinearity::relu ? "stylegan::Nonlinearity::relu" : "stylegan::Nonlinearity::leaky_relu";
}
std::string in_code(FusedScale v) {
    if (v == FusedScale::automatic) return "stylegan::FusedScale::automatic";
    return v == FusedScale::on ? "stylegan::FusedScale::on" : "stylegan::FusedScale::off";
}
std::string in_code(const BlurFilter& v) {
    if (v.length == 0) return "stylegan::no_blur";
    std::string taps;
    for (int i = 0; i < v.length; ++i) taps += (i > 0 ? ", " : "") + in_code(v.taps[static_cast<std::size_t>(i)]);
    return text('{', v.length, ", {", taps, "}}");
}

/// The members of an architecture as code, sorted by address: initializers must be in that order.
std::map<const void*, std::pair<std::string, std::string>, std::less<>> members(const Architecture& a) {
    std::map<const void*, std::pair<std::string, std::string>, std::less<>> all;
    for_each_field(a, [&](const ArchitectureField& field, const auto& value) {
        all[static_cast<const void*>(&value)] = {field.member, in_code(value)};
    });
    return all;
}

/// A row of table 1 with all sizes of `a`, its mapping depth, and the members that matter only in training.
Architecture with_depth_and_training_of(const Architecture& a, Architecture row) {
    row = with_sizes_of(a, row);
    row.mapping_lrmul = a.mapping_lrmul;
    if (row.use_styles) row.mapping_layers = a.mapping_layers;
    row.mbstd_group_size = a.mbstd_group_size;
    row.mbstd_num_features = a.mbstd_num_features;
    row.style_mixing_prob = a.style_mixing_prob;
    return row;
}

}  // namespace

Architecture with_sizes_of(const Architecture& a, Architecture row) {
    row.base = a.base;
    row.resolution_log2 = a.resolution_log2;
    row.num_channels = a.num_channels;
    row.label_size = a.label_size;
    row.fmap_base = a.fmap_base;
    row.fmap_decay = a.fmap_decay;
    row.fmap_max = a.fmap_max;
    row.latent_size = a.latent_size;
    row.dlatent_size = a.dlatent_size;
    row.mapping_fmaps = a.mapping_fmaps;
    return row;
}

std::string architecture_literal(const Architecture& a) {
    const auto here = members(a), usual = members(config_f);
    std::string code;
    for (auto i = here.begin(), j = usual.begin(); i != here.end(); ++i, ++j) {
        const auto& [member, value] = i->second;
        if (value != j->second.second) code += text(code.empty() ? "" : ", ", '.', member, " = ", value);
    }
    return '{' + code + '}';
}

std::string configuration_of(const Architecture& a) {
    using Row = std::pair<const Architecture*, const char*>;
    static constexpr std::array<Row, 5> rows{
        Row{&config_a, "configuration A, a Progressive GAN"},
        Row{&config_b, "configuration B, a Progressive GAN with bilinear sampling"},
        Row{&config_c, "configuration C, with mapping and styles"},
        Row{&config_d, "configuration D, style-based, without noise"}, Row{&config_f, "configuration F, style-based"}};
    for (const auto& [row, words] : rows)
        if (with_depth_and_training_of(a, *row) == a)
            return row == &config_f && a.style_mixing_prob == config_e.style_mixing_prob
                       ? "configuration E, style-based, without mixing"
                       : words;
    return a.use_styles ? "style-based, not in the paper's table 1" : "without styles, not in the paper's table 1";
}

std::string feature_maps_of(const Architecture& a) {
    std::string list;
    for (int stage = 0; stage < a.stages(); ++stage)
        list += text(stage > 0 ? ", " : "", a.feature_maps(stage), " (", to_string(a.size(stage)), ')');
    return list;
}

std::string listed(const std::vector<std::string>& parts) {
    std::string list;
    for (const std::string& part : parts) list += (list.empty() ? "" : ", ") + part;
    return list;
}

}  // namespace stylegan::examples
