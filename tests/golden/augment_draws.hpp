// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/training/augmentation/augment_draws.hpp>
#include <stylegan/training/augmentation/augment_options.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace golden {

/// The transformations that a file names.
inline stylegan::AugmentOptions augment_options(const stylegan::SafetensorsFile& file) {
    stylegan::AugmentOptions o;
    const std::map<std::string, double*> fields{
        {"xflip", &o.xflip},         {"rotate90", &o.rotate90}, {"xint", &o.xint},    {"scale", &o.scale},
        {"rotate", &o.rotate},       {"aniso", &o.aniso},       {"xfrac", &o.xfrac},  {"brightness", &o.brightness},
        {"contrast", &o.contrast},   {"lumaflip", &o.lumaflip}, {"hue", &o.hue},      {"saturation", &o.saturation},
        {"imgfilter", &o.imgfilter}, {"noise", &o.noise},       {"cutout", &o.cutout}};
    const nlohmann::json pipeline = nlohmann::json::parse(file.metadata().at("pipeline"));
    for (const auto& [name, value] : pipeline.items()) *fields.at(name) = value;
    return o;
}

/// The draws that a file recorded, such as those below "draw/".
inline std::vector<stylegan::AugmentDraws> augment_draws(const stylegan::SafetensorsFile& file,
                                                         const std::string& prefix, std::size_t count) {
    using stylegan::GatedDraw, stylegan::GatedPair;
    std::vector<stylegan::AugmentDraws> draws(count);
    const auto single = [&](const std::string& name, auto member) {
        if (!file.contains(prefix + name + "_gate")) return;
        const auto value = file.read_double(prefix + name + "_value"), gate = file.read_double(prefix + name + "_gate");
        for (std::size_t n = 0; n < count; ++n) member(draws[n]) = {value[n], gate[n]};
    };
    const auto pair = [&](const std::string& name, const std::string& value_name, auto member) {
        if (!file.contains(prefix + name + "_gate")) return;
        const auto value = file.read_double(prefix + value_name), gate = file.read_double(prefix + name + "_gate");
        for (std::size_t n = 0; n < count; ++n) member(draws[n]) = {value[2 * n], value[2 * n + 1], gate[n]};
    };
    using D = stylegan::AugmentDraws;
    single("xflip", [](D& d) -> GatedDraw& { return d.xflip; });
    single("rotate90", [](D& d) -> GatedDraw& { return d.rotate90; });
    single("scale", [](D& d) -> GatedDraw& { return d.scale; });
    single("rotate_pre", [](D& d) -> GatedDraw& { return d.rotate_pre; });
    single("aniso", [](D& d) -> GatedDraw& { return d.aniso; });
    single("rotate_post", [](D& d) -> GatedDraw& { return d.rotate_post; });
    single("brightness", [](D& d) -> GatedDraw& { return d.brightness; });
    single("contrast", [](D& d) -> GatedDraw& { return d.contrast; });
    single("lumaflip", [](D& d) -> GatedDraw& { return d.lumaflip; });
    single("hue", [](D& d) -> GatedDraw& { return d.hue; });
    single("saturation", [](D& d) -> GatedDraw& { return d.saturation; });
    for (std::size_t k = 0; k < 4; ++k)
        single(stylegan::text("imgfilter", k), [k](D& d) -> GatedDraw& { return d.imgfilter[k]; });
    single("noise", [](D& d) -> GatedDraw& { return d.noise; });
    pair("xint", "xint_value", [](D& d) -> GatedPair& { return d.xint; });
    pair("xfrac", "xfrac_value", [](D& d) -> GatedPair& { return d.xfrac; });
    pair("cutout", "cutout_center", [](D& d) -> GatedPair& { return d.cutout; });
    return draws;
}

}  // namespace golden
