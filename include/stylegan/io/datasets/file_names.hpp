// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/shortened.hpp>
#include <stylegan/io/datasets/canonical_decompositions.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

namespace stylegan {

/// A file's name within a folder or archive in one spelling: '/' between folders, no "./", no '/' at either end.
/// Archives made on Windows have names with '\', others have names that begin with "./".
[[nodiscard]] inline std::string normalized_name(std::string_view name) {
    std::string result;
    for (std::size_t at = 0; at < name.size();) {
        const std::size_t end = std::min(name.find_first_of("/\\", at), name.size());
        const std::string_view part = name.substr(at, end - at);
        if (!part.empty() && part != ".") {
            if (!result.empty()) result += '/';
            result += part;
        }
        at = end + 1;
    }
    return result;
}

/// A file's name within a folder or archive for messages: shortened(), with room for folders.
[[nodiscard]] inline std::string shortened_path(std::string_view name) { return shortened(name, 200); }

namespace detail {

/// A character of UTF-8 and its length in bytes. A byte that is not UTF-8 counts as a character of its own, above all
/// of Unicode.
struct Utf8Character {
    char32_t code = 0;
    std::size_t length = 1;
};

inline Utf8Character first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {char32_t{0x110000} + lead, 1};
    char32_t code = lead & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {char32_t{0x110000} + lead, 1};
        code = code << 6 | (byte(i) & 0x3Fu);
    }
    return {code, length};
}

/// Appends a character with its marks as characters of their own.
inline void append_decomposed(std::u32string& to, char32_t c) {
    constexpr char32_t hangul = 0xAC00, leads = 0x1100, vowels = 0x1161, tails = 0x11A7;
    if (c >= hangul && c < hangul + 11172) {
        const char32_t index = c - hangul;
        to += {leads + index / 588, vowels + index % 588 / 28};
        if (index % 28 != 0) to += tails + index % 28;
        return;
    }
    const auto* const end = std::end(canonical_decompositions);
    const auto* const found = std::lower_bound(std::begin(canonical_decompositions), end, c,
                                               [](const auto& row, char32_t code) { return row[0] < code; });
    if (found == end || (*found)[0] != c) {
        to += c;
        return;
    }
    append_decomposed(to, (*found)[1]);
    if ((*found)[2] != 0) append_decomposed(to, (*found)[2]);
}

}  // namespace detail

/// Names that mean the same file have the same key: normalized_name() with every accent as a character of its own, as
/// macOS stores names. Elsewhere a letter with its accent is one character. For comparing, not for reading.
/// @see Unicode Standard Annex #15 (canonical equivalence)
[[nodiscard]] inline std::u32string name_key(std::string_view name) {
    std::u32string key;
    const std::string normalized = normalized_name(name);
    for (std::string_view rest = normalized; !rest.empty();) {
        const detail::Utf8Character c = detail::first_character(rest);
        detail::append_decomposed(key, c.code);
        rest.remove_prefix(c.length);
    }
    // Several marks on one letter: any fixed order will do.
    const auto mark = [](char32_t c) { return c >= 0x300 && c < 0x370; };
    for (auto at = key.begin(); at != key.end();) {
        const auto first = std::find_if(at, key.end(), mark);
        at = std::find_if_not(first, key.end(), mark);
        std::sort(first, at);
    }
    return key;
}

}  // namespace stylegan
