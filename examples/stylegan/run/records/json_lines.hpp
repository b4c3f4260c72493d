// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace stylegan::examples {

/// The content of a file of a run folder, such as stats.jsonl; empty if there is none.
/// @throws FileError if it cannot be read or is not a regular file
[[nodiscard]] std::string lines_of(const std::filesystem::path& path);

/// The JSON object of a line; null for a line that is cut off, is none, or exceeds the limits of parse_json().
[[nodiscard]] nlohmann::json object_of(const std::string& line);

/// The value of a line, or another one if it has none of this type.
template <class T>
[[nodiscard]] T value_or(const nlohmann::json& line, const char* name, T otherwise) {
    const auto found = line.find(name);
    if (found == line.end()) return otherwise;
    try {
        return found->get<T>();
    } catch (const nlohmann::json::exception&) {
        return otherwise;
    }
}

}  // namespace stylegan::examples
