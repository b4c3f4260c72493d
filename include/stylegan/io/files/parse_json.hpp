// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace stylegan {

namespace detail {

/// Scans JSON without storing it, and stops at the first thing that exceeds the limits of parse_json().
class JsonLimits : public nlohmann::json::json_sax_t {
public:
    static constexpr int deepest = 32;
    static constexpr std::size_t most_values = 1000000;

    /// What exceeds the limits, as the continuation of a message; empty if nothing does.
    [[nodiscard]] const std::string& fault() const { return fault_; }

    bool null() override { return value(); }
    bool boolean(bool) override { return value(); }
    bool number_integer(number_integer_t) override { return value(); }
    bool number_unsigned(number_unsigned_t) override { return value(); }
    bool number_float(number_float_t, const string_t&) override { return value(); }
    bool string(string_t&) override { return value(); }
    bool binary(binary_t&) override { return value(); }
    bool start_object(std::size_t) override { return begin(); }
    bool start_array(std::size_t) override { return begin(); }
    bool end_object() override { return end(); }
    bool end_array() override { return end(); }
    bool key(string_t& name) override {
        if (depth_ == 1 && !keys_.insert(name).second) fault_ = text(" names \"", shortened(name), "\" twice");
        return fault_.empty() && value();
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
        return false;  // the second pass reports it
    }

private:
    bool value() {
        if (++values_ > most_values) fault_ = text(" is JSON of more than ", most_values, " values");
        return fault_.empty();
    }
    bool begin() {
        if (++depth_ > deepest) fault_ = text(" is JSON nested more than ", deepest, " deep");
        return fault_.empty() && value();
    }
    bool end() {
        --depth_;
        return true;
    }

    std::string fault_;
    std::set<std::string> keys_;
    std::size_t values_ = 0;
    int depth_ = 0;
};

}  // namespace detail

/// Parses JSON from an untrusted file: at most 16 MiB and a million values, nested at most 32 deep, and no key of the
/// outermost object twice. (nlohmann/json has no such limits, and prints nested values by recursion.)
/// @param where  the start of messages
/// @throws FormatError if it is not JSON, or exceeds the limits
[[nodiscard]] inline nlohmann::json parse_json(std::string_view characters, const std::string& where) {
    using Json = nlohmann::json;
    constexpr std::size_t largest = std::size_t{1} << 24;
    if (characters.size() > largest)
        throw FormatError(text(where, " is JSON of ", characters.size(), " bytes, expected at most ", largest));
    // Two passes: the callbacks of Json::parse() take time quadratic in the number of values.
    detail::JsonLimits limits;
    (void)Json::sax_parse(characters.begin(), characters.end(), &limits);
    if (!limits.fault().empty()) throw FormatError(where + limits.fault());
    try {
        return Json::parse(characters.begin(), characters.end());
    } catch (const Json::exception& e) {
        throw FormatError(text(where, " is not JSON: ", shortened(e.what(), 200)));
    }
}

namespace detail {

/// A value for an error message, at most 80 characters of it.
inline std::string printed(const nlohmann::json& json) {
    const std::string s = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return s.size() > 80 ? s.substr(0, 80) + "..." : s;
}

}  // namespace detail

}  // namespace stylegan
