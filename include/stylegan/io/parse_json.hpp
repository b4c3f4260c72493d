// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace stylegan {

/// JSON that stands in a file of somebody else: of at most 16 MiB, nested at most 32 deep, no key of the outermost object
/// twice. (The library that reads it has no such limits, and prints nested values by recursion.)
/// @param where  what messages begin with
/// @throws FormatError if it is not JSON, or beyond the limits
[[nodiscard]] inline nlohmann::json parse_json(std::string_view characters, const std::string& where) {
    using Json = nlohmann::json;
    constexpr std::size_t largest = std::size_t{1} << 24;
    constexpr int deepest = 32;
    if (characters.size() > largest)
        throw FormatError(text(where, " is JSON of ", characters.size(), " bytes, expected at most ", largest));
    std::set<std::string> keys;
    const auto check = [&](int depth, Json::parse_event_t event, Json& value) {
        if (depth > deepest) throw FormatError(text(where, " is JSON nested more than ", deepest, " deep"));
        if (depth == 1 && event == Json::parse_event_t::key && !keys.insert(value.get<std::string>()).second)
            throw FormatError(text(where, " names \"", value.get<std::string>(), "\" twice"));
        return true;
    };
    try {
        return Json::parse(characters.begin(), characters.end(), check);
    } catch (const Json::exception& e) {
        throw FormatError(text(where, " is not JSON: ", e.what()));
    }
}

namespace detail {

/// A value as it stands in an error message; a long one is cut short.
inline std::string printed(const nlohmann::json& json) {
    const std::string s = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return s.size() > 80 ? s.substr(0, 80) + "..." : s;
}

}  // namespace detail

}  // namespace stylegan
