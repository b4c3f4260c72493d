// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/io/files/parse_json.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

namespace stylegan {

namespace detail {

/// Calls f(keyword, member) for every official keyword that is a member of Architecture, and for ours. The one list; two
/// keywords are apart, since they are no members as they stand: `resolution`, which is the height of the pictures, and
/// `style_mixing_prob`, which may be null.
template <class A, class F>
void for_each_keyword(A& a, F&& f) {
    f("base_size", a.base);
    f("num_channels", a.num_channels);
    f("label_size", a.label_size);
    f("fmap_base", a.fmap_base);
    f("fmap_decay", a.fmap_decay);
    f("fmap_max", a.fmap_max);
    f("latent_size", a.latent_size);
    f("dlatent_size", a.dlatent_size);
    f("mapping_layers", a.mapping_layers);
    f("mapping_fmaps", a.mapping_fmaps);
    f("mapping_lrmul", a.mapping_lrmul);
    f("mapping_nonlinearity", a.mapping_nonlinearity);
    f("normalize_latents", a.normalize_latents);
    f("use_styles", a.use_styles);
    f("const_input_layer", a.const_input_layer);
    f("use_noise", a.use_noise);
    f("use_pixel_norm", a.use_pixel_norm);
    f("use_instance_norm", a.use_instance_norm);
    f("use_wscale", a.use_wscale);
    f("nonlinearity", a.nonlinearity);
    f("fused_scale", a.fused_scale);
    f("blur_filter", a.blur_filter);
    f("mbstd_group_size", a.mbstd_group_size);
    f("mbstd_num_features", a.mbstd_num_features);
    f("progressive_gan", a.progressive_gan);
    f("bias_before_blur", a.bias_before_blur);
    f("instance_norm_epsilon", a.instance_norm_epsilon);
    f("shared_noise", a.shared_noise);
}

/// Keywords of the official functions that decide neither a shape nor the arithmetic of a finished network.
inline constexpr std::array run_time_keywords{"randomize_noise",
                                              "truncation_psi",
                                              "truncation_psi_val",
                                              "truncation_cutoff",
                                              "truncation_cutoff_val",
                                              "use_truncation",
                                              "dlatent_avg_beta",
                                              "structure",
                                              "dtype",
                                              "func_name",
                                              "is_training",
                                              "is_validation",
                                              "is_template_graph",
                                              "components",
                                              "dlatent_broadcast",
                                              "force_clean_graph"};

inline nlohmann::ordered_json json_of(bool v) { return v; }
inline nlohmann::ordered_json json_of(int v) { return v; }
inline nlohmann::ordered_json json_of(Decimal v) { return v.value(); }
inline nlohmann::ordered_json json_of(Epsilon v) { return v.value(); }
inline nlohmann::ordered_json json_of(Size v) { return {v.height, v.width}; }
inline nlohmann::ordered_json json_of(Nonlinearity v) { return v == Nonlinearity::relu ? "relu" : "lrelu"; }
inline nlohmann::ordered_json json_of(FusedScale v) {
    if (v == FusedScale::automatic) return "auto";
    return v == FusedScale::on;
}
inline nlohmann::ordered_json json_of(const BlurFilter& v) {
    if (v.length == 0) return nullptr;
    nlohmann::ordered_json taps = nlohmann::ordered_json::array();
    for (int i = 0; i < v.length; ++i) {
        const Decimal tap = v.taps[static_cast<std::size_t>(i)];
        if (tap.millionths % 1000000 == 0)
            taps.push_back(tap.millionths / 1000000);
        else
            taps.push_back(tap.value());
    }
    return taps;
}

// Each reads a value, and returns what it would have expected, or nullptr when it got that.
inline const char* read_json(const nlohmann::json& json, bool& v) {
    if (!json.is_boolean()) return "true or false";
    v = json.get<bool>();
    return nullptr;
}
inline const char* read_json(const nlohmann::json& json, int& v) {
    constexpr const char* expected = "a whole number";
    if (!json.is_number_integer()) return expected;
    if (json.is_number_unsigned() && json.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<int>::max()})
        return "a smaller number";
    if (json.get<std::int64_t>() < std::numeric_limits<int>::min()) return "a larger number";
    v = json.get<int>();
    return nullptr;
}
inline const char* read_json(const nlohmann::json& json, Decimal& v) {
    constexpr const char* expected = "a number of at most 2000 with at most six decimals";
    if (!json.is_number()) return expected;
    const double x = json.get<double>();
    if (!(std::abs(x) <= 2000) || std::abs(x - Decimal(x).value()) > 1e-9) return expected;
    v = x;
    return nullptr;
}
inline const char* read_json(const nlohmann::json& json, Epsilon& v) {
    constexpr const char* expected = "a number from 1e-12 to 1 with at most twelve decimals";
    if (!json.is_number()) return expected;
    const double x = json.get<double>();
    if (!(x >= 1e-12 && x <= 1) || std::abs(x - Epsilon(x).value()) > 1e-15) return expected;
    v = x;
    return nullptr;
}
inline const char* read_json(const nlohmann::json& json, Size& v) {
    constexpr const char* expected = "[height, width], each 1 to 65536";
    if (!json.is_array() || json.size() != 2 || read_json(json[0], v.height) || read_json(json[1], v.width))
        return expected;
    return std::min(v.height, v.width) < 1 || std::max(v.height, v.width) > 65536 ? expected : nullptr;
}
inline const char* read_json(const nlohmann::json& json, Nonlinearity& v) {
    if (json != "lrelu" && json != "relu") return "\"lrelu\" or \"relu\"";
    v = json == "relu" ? Nonlinearity::relu : Nonlinearity::leaky_relu;
    return nullptr;
}
inline const char* read_json(const nlohmann::json& json, FusedScale& v) {
    if (!json.is_boolean() && json != "auto") return "\"auto\", true or false";
    v = json == "auto" ? FusedScale::automatic : json.get<bool>() ? FusedScale::on : FusedScale::off;
    return nullptr;
}
inline const char* read_json(const nlohmann::json& json, BlurFilter& v) {
    constexpr const char* expected = "null, or an odd number of numbers, at most 7, whose sum is not 0";
    v = no_blur;
    if (json.is_null() || (json.is_array() && json.empty())) return nullptr;
    if (!json.is_array() || json.size() % 2 == 0 || json.size() > std::size_t{BlurFilter::longest}) return expected;
    double sum = 0;
    for (const nlohmann::json& tap : json) {
        Decimal& to = v.taps[static_cast<std::size_t>(v.length++)];
        if (read_json(tap, to)) return expected;
        sum += to.value();
    }
    return sum == 0 ? expected : nullptr;
}

}  // namespace detail

/// An architecture under the official keyword names, every one of them, and ours: `base_size`, `progressive_gan`,
/// `bias_before_blur`, `instance_norm_epsilon`, `shared_noise`.
[[nodiscard]] inline nlohmann::ordered_json architecture_to_json(const Architecture& a) {
    nlohmann::ordered_json json;
    json["resolution"] = a.picture().height;
    detail::for_each_keyword(a, [&](const char* key, const auto& value) { json[key] = detail::json_of(value); });
    json["style_mixing_prob"] = nullptr;
    if (a.style_mixing_prob != Decimal(0)) json["style_mixing_prob"] = a.style_mixing_prob.value();
    return json;
}

/// The other way. Keywords that are missing take the value of `defaults`, or of configuration A when the JSON says
/// `progressive_gan`; keywords of the official functions that only matter while running (randomize_noise, truncation_psi,
/// dlatent_avg_beta, structure, dtype ...) are ignored; any other is refused.
/// @param where  what the messages begin with: the file, and the place in it
/// @throws FormatError that names the keyword, what was found and what was expected
[[nodiscard]] inline Architecture architecture_from_json(const nlohmann::json& json, const std::string& where,
                                                         const Architecture& defaults = config_f) {
    const auto fail = [&](const std::string& key, const char* expected) {
        throw FormatError(text(where, ": \"", key, "\" is ", detail::printed(json[key]), ", expected ", expected));
    };
    if (!json.is_object()) throw FormatError(text(where, ": is ", detail::printed(json), ", expected a JSON object"));
    const bool progressive = json.contains("progressive_gan") && json["progressive_gan"] == true;
    Architecture a = progressive && !defaults.progressive_gan ? config_a : defaults;
    std::size_t known = 0;
    detail::for_each_keyword(a, [&](const char* key, auto& value) {
        if (!json.contains(key)) return;
        ++known;
        if (const char* expected = detail::read_json(json[key], value)) fail(key, expected);
    });
    if (json.contains("resolution")) {
        ++known;
        int height = 0;
        if (const char* expected = detail::read_json(json["resolution"], height)) fail("resolution", expected);
        a.resolution_log2 = 2;
        while (a.resolution_log2 < 16 && a.size(a.stages() - 1).height < height) ++a.resolution_log2;
        if (a.picture().height != height) {
            const std::string expected =
                text("a power of two times the base height ", a.base.height, ", up to 2^14 times");
            fail("resolution", expected.c_str());
        }
    }
    if (json.contains("style_mixing_prob")) {
        ++known;
        a.style_mixing_prob = 0;
        const nlohmann::json& prob = json["style_mixing_prob"];
        if (!prob.is_null() && detail::read_json(prob, a.style_mixing_prob))
            fail("style_mixing_prob", "null or a number from 0 to 1");
    }
    if (known < json.size()) {
        Architecture any;
        for (const auto& [key, value] : json.items()) {
            bool found = key == "resolution" || key == "style_mixing_prob" ||
                         std::find(detail::run_time_keywords.begin(), detail::run_time_keywords.end(), key) !=
                             detail::run_time_keywords.end();
            detail::for_each_keyword(any, [&, &name = key](const char* k, const auto&) { found = found || name == k; });
            if (!found)
                throw FormatError(
                    text(where, ": \"", key, "\" (", detail::printed(value), ") is no keyword that is known"));
        }
    }
    if (a.flaw()) throw FormatError(text(where, ": ", a.flaw()));
    return a;
}

}  // namespace stylegan
