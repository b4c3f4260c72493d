// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace fuzz {

/// The end of the JSON object that begins at byte 8; nothing if it does not end.
[[nodiscard]] inline std::optional<std::size_t> end_of_header(std::span<const std::uint8_t> bytes) {
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 8; i < bytes.size(); ++i) {
        const std::uint8_t c = bytes[i];
        if (quoted && c == '\\') {
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && c == '{') {
            ++depth;
        } else if (!quoted && c == '}' && --depth <= 0) {
            return i + 1;
        }
    }
    return std::nullopt;
}

/// A safetensors file whose header has the stated length and whose data has the length that the header states, up to
/// 1 MiB. A change in the header then reaches the code behind these checks. Nothing if the header does not end.
[[nodiscard]] inline std::optional<std::vector<std::uint8_t>> mended_safetensors(std::span<const std::uint8_t> bytes) {
    const auto end = end_of_header(bytes);
    if (!end) return std::nullopt;
    std::vector<std::uint8_t> file(bytes.begin(), bytes.end());
    for (std::size_t i = 0; i < 8; ++i) file[i] = static_cast<std::uint8_t>((*end - 8) >> (8 * i));

    const auto header =
        nlohmann::json::parse(bytes.begin() + 8, bytes.begin() + static_cast<std::ptrdiff_t>(*end), nullptr, false);
    if (!header.is_object()) return file;
    constexpr std::uint64_t most = 1 << 20;
    std::uint64_t data = 0;
    for (const auto& [name, tensor] : header.items()) {
        const auto offsets = tensor.is_object() ? tensor.find("data_offsets") : tensor.end();
        if (!tensor.is_object() || offsets == tensor.end() || !offsets->is_array() || offsets->size() != 2) continue;
        const auto& last = (*offsets)[1];
        if (last.is_number_unsigned()) data = std::max(data, std::min(last.get<std::uint64_t>(), most));
    }
    file.resize(*end + static_cast<std::size_t>(data));
    return file;
}

}  // namespace fuzz
