// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pictures/image.hpp>
#include <stylegan/io/pictures/orientation.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace stylegan::detail {

inline std::uint32_t big_endian(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = (value << 8) | bytes[at + i];
    return value;
}

/// What a file says of its picture before the pixels.
struct ImageHeader {
    ImageSize stored;
    int orientation = 1;  ///< of EXIF

    [[nodiscard]] ImageSize size() const { return upright(stored, orientation); }
};

/// A chunk's type, for example "IHDR".
inline bool is_chunk(std::span<const std::uint8_t> bytes, std::size_t at, const char* type) {
    return at + 4 <= bytes.size() && std::memcmp(bytes.data() + at, type, 4) == 0;
}

/// Reads the chunks before the pixels: a transparent colour (tRNS) adds an alpha channel. EXIF data may also follow the
/// pixels; if `head` ends before it, the picture counts as upright.
/// @return nothing if `head` ends before the pixels, does not begin with a header, or has an unknown colour type
inline std::optional<ImageHeader> png_header(std::span<const std::uint8_t> head) {
    if (head.size() < 33 || !is_chunk(head, 12, "IHDR")) return std::nullopt;
    const int colour_type = head[25];
    constexpr int channels[] = {1, 0, 3, 3, 2, 0, 4};
    if (colour_type >= 7 || channels[colour_type] == 0) return std::nullopt;
    ImageHeader header{{static_cast<int>(big_endian(head, 16, 4) & 0x7FFFFFFFu),
                        static_cast<int>(big_endian(head, 20, 4) & 0x7FFFFFFFu), channels[colour_type]}};
    bool pixels = false;
    for (std::size_t at = 33; at + 8 <= head.size();) {
        const std::size_t length = big_endian(head, at, 4);
        if (is_chunk(head, at + 4, "IEND")) return header;
        if (is_chunk(head, at + 4, "IDAT")) pixels = true;
        if (is_chunk(head, at + 4, "tRNS") && !pixels && header.stored.channels % 2 == 1) ++header.stored.channels;
        if (is_chunk(head, at + 4, "eXIf") && length <= head.size() - at - 8)
            header.orientation = exif_orientation(head.subspan(at + 8, length));
        at += 12 + length;
    }
    return pixels ? std::optional(header) : std::nullopt;
}

/// Reads the segments up to the frame header.
/// @return nothing if `head` ends before it
inline std::optional<ImageHeader> jpeg_header(std::span<const std::uint8_t> head) {
    int orientation = 1;
    std::size_t at = 2;
    for (;;) {
        while (at < head.size() && head[at] != 0xFF) ++at;  // decoders skip these, too
        while (at < head.size() && head[at] == 0xFF) ++at;
        if (at + 10 > head.size()) return std::nullopt;
        const int marker = head[at++];
        if (marker == 0x01 || marker == 0x00 || (marker >= 0xD0 && marker <= 0xD8)) continue;  // no length follows
        const std::size_t length = big_endian(head, at, 2);
        if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC)
            return ImageHeader{{static_cast<int>(big_endian(head, at + 5, 2)),
                                static_cast<int>(big_endian(head, at + 3, 2)), head[at + 7] == 1 ? 1 : 3},
                               orientation};
        const bool exif = marker == 0xE1 && length > 8 && at + length <= head.size() &&
                          std::memcmp(head.data() + at + 2, "Exif\0", 6) == 0;
        if (exif && orientation == 1) orientation = exif_orientation(head.subspan(at + 2, length - 2));
        at += length;
    }
}

}  // namespace stylegan::detail
