// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

// Protocol 0 of Python's pickle writes values as lines of printable characters.
namespace stylegan::detail {

/// Text for a message: at most 80 characters, others than printable ASCII as '?'.
[[nodiscard]] inline std::string printable(std::string_view s) {
    std::string out;
    for (const char c : s.substr(0, 80)) out += c >= ' ' && c < 127 ? c : '?';
    return s.size() > 80 ? out + "..." : out;
}

/// Whether text is a name of Python, or several with dots between them.
[[nodiscard]] inline bool is_python_name(std::string_view s) {
    bool begins = true;
    for (const char c : s) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
        if (!letter && (begins || !((c >= '0' && c <= '9') || c == '.' || c == '<' || c == '>'))) return false;
        begins = c == '.';
    }
    return !begins;
}

/// The number that a whole text is; nothing if it is something else.
template <class T>
[[nodiscard]] std::optional<T> number_in(std::string_view s) {
    T v{};
    const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), v);
    if (error != std::errc{} || end != s.data() + s.size()) return std::nullopt;
    return v;
}

/// The number in `digits` hexadecimal digits, from character `from` on.
inline std::optional<std::uint32_t> hexadecimal(std::string_view s, std::size_t from, std::size_t digits) {
    std::uint32_t v = 0;
    for (std::size_t i = from; i < from + digits; ++i) {
        if (i >= s.size()) return std::nullopt;
        const char c = s[i];
        if (c >= '0' && c <= '9')
            v = 16 * v + static_cast<std::uint32_t>(c - '0');
        else if (c >= 'a' && c <= 'f')
            v = 16 * v + static_cast<std::uint32_t>(c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            v = 16 * v + static_cast<std::uint32_t>(c - 'A' + 10);
        else
            return std::nullopt;
    }
    return v;
}

inline void add_utf8(std::string& out, std::uint32_t c) {
    const auto add = [&](std::uint32_t b) { out += static_cast<char>(static_cast<std::uint8_t>(b)); };
    if (c < 0x80) return add(c);
    if (c < 0x800) {
        add(0xC0 | (c >> 6));
    } else {
        if (c < 0x10000) {
            add(0xE0 | (c >> 12));
        } else {
            add(0xF0 | ((c >> 18) & 7));
            add(0x80 | ((c >> 12) & 0x3F));
        }
        add(0x80 | ((c >> 6) & 0x3F));
    }
    add(0x80 | (c & 0x3F));
}

/// The bytes of a Python literal, 'text with \escapes'. Nothing if it is not quoted or has an unknown escape.
inline std::optional<std::string> unquoted(std::string_view s) {
    if (s.size() < 2 || s.front() != s.back() || (s.front() != '\'' && s.front() != '"')) return std::nullopt;
    s = s.substr(1, s.size() - 2);
    std::string out;
    out.reserve(s.size());
    for (std::size_t i = 0; i < s.size(); ++i) {
        if (s[i] != '\\' || i + 1 == s.size()) {
            out += s[i];
            continue;
        }
        constexpr std::string_view letters = "nrtbfav0\\'\"", meanings("\n\r\t\b\f\a\v\0\\'\"", 11);
        if (s[++i] == 'x') {
            const auto c = hexadecimal(s, i + 1, 2);
            if (!c) return std::nullopt;
            out += static_cast<char>(static_cast<std::uint8_t>(*c));
            i += 2;
        } else if (const std::size_t k = letters.find(s[i]); k != std::string_view::npos) {
            out += meanings[k];
        } else {
            return std::nullopt;
        }
    }
    return out;
}

/// Latin-1 characters and \u escapes as UTF-8. Nothing if an escape is not hexadecimal.
inline std::optional<std::string> unescaped_unicode(std::string_view s) {
    std::string out;
    out.reserve(2 * s.size());  // most
    for (std::size_t i = 0; i < s.size(); ++i) {
        const bool escape = s[i] == '\\' && i + 1 < s.size() && (s[i + 1] == 'u' || s[i + 1] == 'U');
        if (!escape) {
            add_utf8(out, static_cast<std::uint8_t>(s[i]));
            continue;
        }
        const std::size_t digits = s[i + 1] == 'u' ? 4 : 8;
        const auto c = hexadecimal(s, i + 2, digits);
        if (!c) return std::nullopt;
        add_utf8(out, *c);
        i += 1 + digits;
    }
    return out;
}

}  // namespace stylegan::detail
