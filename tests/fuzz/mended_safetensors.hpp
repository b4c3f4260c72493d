// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/tensors/safetensors_digests.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
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

/// Puts the digests of the tensors into the header, if there are as many as tensors.
/// @param end     of the header, in bytes
/// @param header  its JSON
inline void seal_tensors(std::vector<std::uint8_t>& file, std::size_t end, const nlohmann::json& header) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> places;
    for (const auto& [name, tensor] : header.items()) {
        if (name == "__metadata__") continue;
        const auto offsets = tensor.is_object() ? tensor.find("data_offsets") : tensor.end();
        if (!tensor.is_object() || offsets == tensor.end() || !offsets->is_array() || offsets->size() != 2 ||
            !(*offsets)[0].is_number_unsigned() || !(*offsets)[1].is_number_unsigned())
            return;
        places.emplace_back((*offsets)[0], (*offsets)[1]);
        if (places.back().first > places.back().second || places.back().second > file.size() - end) return;
    }
    std::sort(places.begin(), places.end());
    std::string digits;
    for (const auto& [begin, last] : places)
        digits += stylegan::detail::digits_of(
            stylegan::digest_of(stylegan::DigestKind::xxh3, file.data() + end + begin, last - begin));
    const std::string before = stylegan::text('"', stylegan::detail::tensor_digests_key, "\":\"");
    const auto place =
        std::search(file.begin() + 8, file.begin() + static_cast<std::ptrdiff_t>(end), before.begin(), before.end());
    const auto room = static_cast<std::size_t>(file.begin() + static_cast<std::ptrdiff_t>(end) - place);
    if (room < before.size() + digits.size() + 1) return;
    const auto at = place + static_cast<std::ptrdiff_t>(before.size());
    if (at[static_cast<std::ptrdiff_t>(digits.size())] == '"') std::copy(digits.begin(), digits.end(), at);
}

/// A safetensors file whose header has the stated length and whose data has the length that the header states, up to
/// 1 MiB, with the digests of both. A change in the header then reaches the code behind these checks. Nothing if the header does not end.
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
    seal_tensors(file, *end, header);
    std::string text(file.begin() + 8, file.begin() + static_cast<std::ptrdiff_t>(*end));
    stylegan::detail::seal_header(text);
    std::copy(text.begin(), text.end(), file.begin() + 8);
    return file;
}

}  // namespace fuzz
