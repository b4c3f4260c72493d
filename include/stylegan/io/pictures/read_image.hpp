// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/read_file.hpp>
#include <stylegan/io/pictures/image.hpp>
#include <stylegan/io/pictures/jpeg.hpp>
#include <stylegan/io/pictures/png.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace stylegan {

enum class ImageFormat { png, jpeg };

/// The format of a picture, detected from its first bytes; nothing if they are neither PNG nor JPEG.
[[nodiscard]] inline std::optional<ImageFormat> image_format(std::span<const std::uint8_t> bytes) {
    constexpr std::array<std::uint8_t, 8> png{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    constexpr std::array<std::uint8_t, 3> jpeg{0xFF, 0xD8, 0xFF};
    if (bytes.size() >= png.size() && std::equal(png.begin(), png.end(), bytes.begin())) return ImageFormat::png;
    if (bytes.size() >= jpeg.size() && std::equal(jpeg.begin(), jpeg.end(), bytes.begin())) return ImageFormat::jpeg;
    return std::nullopt;
}

namespace detail {

inline std::uint32_t big_endian(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = (value << 8) | bytes[at + i];
    return value;
}

/// Reads the chunks before the pixels: a transparent colour (tRNS) adds an alpha channel.
inline std::optional<ImageSize> peek_png(std::span<const std::uint8_t> head) {
    if (head.size() < 33) return std::nullopt;
    const int colour_type = head[25];
    constexpr int channels[] = {1, 0, 3, 3, 2, 0, 4};
    ImageSize size{static_cast<int>(big_endian(head, 16, 4) & 0x7FFFFFFFu),
                   static_cast<int>(big_endian(head, 20, 4) & 0x7FFFFFFFu),
                   colour_type < 7 ? channels[colour_type] : 0};
    for (std::size_t at = 33; at + 8 <= head.size(); at += 12 + std::size_t{big_endian(head, at, 4)}) {
        const char* const type = reinterpret_cast<const char*>(head.data()) + at + 4;  // NOLINT: bytes as text
        if (std::memcmp(type, "IDAT", 4) == 0 || std::memcmp(type, "IEND", 4) == 0) return size;
        if (std::memcmp(type, "tRNS", 4) == 0) {
            if (size.channels % 2 == 1) ++size.channels;
            return size;
        }
    }
    return std::nullopt;
}

/// Reads the segments up to the frame header.
inline std::optional<ImageSize> peek_jpeg(std::span<const std::uint8_t> head) {
    std::size_t at = 2;
    for (;;) {
        while (at < head.size() && head[at] != 0xFF) ++at;  // decoders skip these, too
        while (at < head.size() && head[at] == 0xFF) ++at;
        if (at + 10 > head.size()) return std::nullopt;
        const int marker = head[at++];
        if (marker == 0x01 || marker == 0x00 || (marker >= 0xD0 && marker <= 0xD8)) continue;  // no length follows
        if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC)
            return ImageSize{static_cast<int>(big_endian(head, at + 5, 2)),
                             static_cast<int>(big_endian(head, at + 3, 2)), head[at + 7] == 1 ? 1 : 3};
        at += big_endian(head, at, 2);
    }
}

}  // namespace detail

/// The size of a picture from its first bytes, without decoding it.
/// @return nothing if `head` is too short (some hundred bytes suffice unless large comments come first), or is not the
///         beginning of a PNG or JPEG picture
[[nodiscard]] inline std::optional<ImageSize> peek_image(std::span<const std::uint8_t> head) {
    const auto format = image_format(head);
    if (!format) return std::nullopt;
    return *format == ImageFormat::png ? detail::peek_png(head) : detail::peek_jpeg(head);
}

/// Decodes a PNG or JPEG picture. The format is detected from the content.
/// @param where  names the picture in errors
/// @throws FormatError if it is neither, or damaged
[[nodiscard]] inline Image decode_image(std::span<const std::uint8_t> bytes, const std::string& where) {
    const auto format = image_format(bytes);
    if (!format) throw FormatError(text(where, ": is not a picture, expected PNG or JPEG"));
    return *format == ImageFormat::png ? decode_png(bytes, where) : decode_jpeg(bytes, where);
}

/// Reads a PNG or JPEG file. The format is detected from the content.
/// @throws FileError if the file cannot be read, FormatError if it is neither, or damaged
[[nodiscard]] inline Image read_image(const std::filesystem::path& path) {
    return decode_image(read_file(path), path.string());
}

}  // namespace stylegan
