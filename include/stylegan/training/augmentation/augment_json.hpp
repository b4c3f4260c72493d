// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/training/augmentation/augment_settings.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <utility>

/// Settings of augmentation as JSON, for the records of runs.
namespace stylegan::detail {

/// Calls f(name, member) for every multiplier.
template <class O, class F>
void for_each_augment_option(O& o, F&& f) {
    f("xflip", o.xflip);
    f("rotate90", o.rotate90);
    f("xint", o.xint);
    f("scale", o.scale);
    f("rotate", o.rotate);
    f("aniso", o.aniso);
    f("xfrac", o.xfrac);
    f("brightness", o.brightness);
    f("contrast", o.contrast);
    f("lumaflip", o.lumaflip);
    f("hue", o.hue);
    f("saturation", o.saturation);
    f("imgfilter", o.imgfilter);
    f("noise", o.noise);
    f("cutout", o.cutout);
}

inline constexpr std::array<std::pair<AugmentMode, const char*>, 3> augment_mode_names{
    {{AugmentMode::none, "noaug"}, {AugmentMode::adaptive, "ada"}, {AugmentMode::fixed, "fixed"}}};

inline nlohmann::ordered_json to_json(AugmentMode mode) {
    for (const auto& [m, name] : augment_mode_names)
        if (m == mode) return name;
    return nullptr;
}

/// A set of transformations by its name, or as an object of those that are not 0.
inline nlohmann::ordered_json to_json(const AugmentOptions& pipe) {
    for (const AugmentPipe& known : augment_pipes)
        if (known.options == pipe) return known.name;
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    for_each_augment_option(pipe, [&](const char* name, double v) {
        if (v != 0) json[name] = v;
    });
    return json;
}

/// Returns nullptr, or what was expected.
inline const char* read_augment_mode(const nlohmann::json& json, AugmentMode& mode) {
    for (const auto& [m, name] : augment_mode_names)
        if (json.is_string() && json.get<std::string>() == name) {
            mode = m;
            return nullptr;
        }
    return "\"noaug\", \"ada\" or \"fixed\"";
}

/// Returns nullptr, or what was expected.
inline const char* read_augment_pipe(const nlohmann::json& json, AugmentOptions& pipe) {
    constexpr const char* expected = "the name of an augmentation pipeline, or an object of multipliers, 0 or more";
    if (json.is_string()) {
        const auto known = find_augment_pipe(json.get<std::string>());
        if (!known) return expected;
        pipe = *known;
        return nullptr;
    }
    if (!json.is_object()) return expected;
    pipe = {};
    std::size_t read = 0;
    bool good = true;
    for_each_augment_option(pipe, [&](const char* name, double& v) {
        const auto found = json.find(name);
        if (found == json.end()) return;
        ++read;
        good = good && found->is_number();
        if (good) v = found->get<double>();
        good = good && v >= 0;
    });
    return good && read == json.size() ? nullptr : expected;
}

}  // namespace stylegan::detail
