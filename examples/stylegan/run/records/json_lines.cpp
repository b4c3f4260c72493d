// SPDX-License-Identifier: Apache-2.0
#include "run/records/json_lines.hpp"

#include <stylegan/io/files/parse_json.hpp>
#include <stylegan/io/files/read_file.hpp>

#include <system_error>

namespace stylegan::examples {

std::string lines_of(const std::filesystem::path& path) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return {};
    const Bytes content = read_file(path);
    return {content.begin(), content.end()};
}

nlohmann::json object_of(const std::string& line) {
    try {
        nlohmann::json json = parse_json(line, "a line");
        if (json.is_object()) return json;
    } catch (const FormatError&) {  // the caller decides
    }
    return nullptr;
}

}  // namespace stylegan::examples
