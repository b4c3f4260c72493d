// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/architecture_fields.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/io/files/parse_json.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <string_view>

namespace stylegan {

namespace detail {

/// Official keywords that change neither the shapes nor the arithmetic of a trained network.
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

// Each reads one value. The result is nullptr, or what was expected if the JSON is something else.
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

/// Whether a field's JSON is the value of its member. The two others have functions of their own below.
inline bool is_stored_as_is(std::string_view keyword) {
    return keyword != "resolution" && keyword != "style_mixing_prob";
}

/// Reads the fields of one JSON object. Messages begin with `where`.
class ArchitectureReader {
public:
    ArchitectureReader(const nlohmann::json& json, const std::string& where) : json_(json), where_(where) {}

    [[nodiscard]] Architecture read(const Architecture& defaults) const {
        if (!json_.is_object()) throw FormatError(text(where_, ": is ", printed(json_), ", expected a JSON object"));
        const bool progressive = json_.contains("progressive_gan") && json_["progressive_gan"] == true;
        Architecture a = progressive && !defaults.progressive_gan ? config_a : defaults;
        for_each_field(a, [&](const ArchitectureField& field, auto& value) {
            if (!json_.contains(field.keyword) || !is_stored_as_is(field.keyword)) return;
            if (const char* expected = read_json(json_[field.keyword], value)) fail(field.keyword, expected);
        });
        if (json_.contains("resolution")) read_resolution(a);
        if (json_.contains("style_mixing_prob")) read_style_mixing(a);
        refuse_unknown_keywords();
        if (a.flaw()) throw FormatError(text(where_, ": ", a.flaw()));
        return a;
    }

private:
    [[noreturn]] void fail(const char* key, const char* expected) const {
        throw FormatError(text(where_, ": \"", key, "\" is ", printed(json_[key]), ", expected ", expected));
    }

    void refuse_unknown_keywords() const {
        std::set<std::string_view> known(run_time_keywords.begin(), run_time_keywords.end());
        const Architecture any;
        for_each_field(any, [&](const ArchitectureField& field, const auto&) { known.insert(field.keyword); });
        for (const auto& [key, value] : json_.items())
            if (known.count(key) == 0)
                throw FormatError(
                    text(where_, ": \"", shortened(key), "\" (", printed(value), ") is not a known keyword"));
    }

    /// The height of the pictures, from the base height that is already read.
    void read_resolution(Architecture& a) const {
        int height = 0;
        if (const char* expected = read_json(json_["resolution"], height)) fail("resolution", expected);
        a.resolution_log2 = 2;
        while (a.resolution_log2 < 16 && a.size(a.stages() - 1).height < height) ++a.resolution_log2;
        if (a.picture().height == height) return;
        const std::string expected = text("a power of two times the base height ", a.base.height, ", up to 2^14 times");
        fail("resolution", expected.c_str());
    }

    /// A probability; null stands for 0.
    void read_style_mixing(Architecture& a) const {
        a.style_mixing_prob = 0;
        const nlohmann::json& prob = json_["style_mixing_prob"];
        if (!prob.is_null() && read_json(prob, a.style_mixing_prob))
            fail("style_mixing_prob", "null or a number from 0 to 1");
    }

    const nlohmann::json& json_;
    const std::string& where_;
};

}  // namespace detail

/// An architecture as JSON: every member of it, under the keywords of for_each_field().
[[nodiscard]] inline nlohmann::ordered_json architecture_to_json(const Architecture& a) {
    nlohmann::ordered_json json;
    for_each_field(
        a, [&](const ArchitectureField& field, const auto& value) { json[field.keyword] = detail::json_of(value); });
    json["resolution"] = a.picture().height;
    if (a.style_mixing_prob == Decimal(0)) json["style_mixing_prob"] = nullptr;
    return json;
}

/// The inverse of architecture_to_json(). A missing keyword keeps the value of `defaults`, or of configuration A if the
/// JSON has `progressive_gan`. Official keywords that matter at run time only (randomize_noise, truncation_psi,
/// dlatent_avg_beta, structure, dtype, ...) are ignored. Any other keyword is an error.
/// @param where  the start of messages: the file and the place in it
/// @throws FormatError naming the keyword, the value found and what was expected
[[nodiscard]] inline Architecture architecture_from_json(const nlohmann::json& json, const std::string& where,
                                                         const Architecture& defaults = config_f) {
    return detail::ArchitectureReader(json, where).read(defaults);
}

}  // namespace stylegan
