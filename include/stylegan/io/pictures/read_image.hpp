// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/read_file.hpp>
#include <stylegan/io/pictures/foreign_picture.hpp>
#include <stylegan/io/pictures/image.hpp>
#include <stylegan/io/pictures/image_header.hpp>
#include <stylegan/io/pictures/jpeg.hpp>
#include <stylegan/io/pictures/png.hpp>
#include <stylegan/io/pictures/webp.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace stylegan {

/// The formats of pictures that can be read.
enum class ImageFormat { png, jpeg, webp };

/// The format of a picture, detected from its first bytes; nothing if this build reads no such format (WebP needs
/// libwebp).
[[nodiscard]] inline std::optional<ImageFormat> image_format(std::span<const std::uint8_t> bytes) {
    constexpr std::array<std::uint8_t, 8> png{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    constexpr std::array<std::uint8_t, 3> jpeg{0xFF, 0xD8, 0xFF};
    if (bytes.size() >= png.size() && std::equal(png.begin(), png.end(), bytes.begin())) return ImageFormat::png;
    if (bytes.size() >= jpeg.size() && std::equal(jpeg.begin(), jpeg.end(), bytes.begin())) return ImageFormat::jpeg;
    if (reads_webp && detail::begins_webp(bytes)) return ImageFormat::webp;
    return std::nullopt;
}

/// The size of a picture from its first bytes, without decoding it: width and height as it is to be shown, after EXIF's
/// orientation.
/// @return nothing if `head` is too short (some hundred bytes suffice unless comments or EXIF data come first), or is
///         not the beginning of a picture that this build reads
[[nodiscard]] inline std::optional<ImageSize> peek_image(std::span<const std::uint8_t> head) {
    const auto format = image_format(head);
    if (!format) return std::nullopt;
    std::optional<detail::ImageHeader> header;
    if (*format == ImageFormat::png) header = detail::png_header(head);
    if (*format == ImageFormat::jpeg) header = detail::jpeg_header(head);
#ifdef STYLEGAN_WEBP
    if (*format == ImageFormat::webp) header = detail::webp_header(head);
#endif
    return header ? std::optional(header->size()) : std::nullopt;
}

/// Decodes a PNG, JPEG or WebP picture. The format is detected from the content; EXIF's orientation is applied.
/// @param where  names the picture in errors
/// @throws FormatError if it is none of them, is damaged, or exceeds the limits; the message says what else it is, if
///         that is known
[[nodiscard]] inline Image decode_image(std::span<const std::uint8_t> bytes, const std::string& where,
                                        const PictureLimits& limits = {}) {
    const auto format = image_format(bytes);
    if (!format) throw FormatError(text(where, ": ", detail::why_no_picture(bytes)));
#ifdef STYLEGAN_WEBP
    if (*format == ImageFormat::webp) return decode_webp(bytes, where, limits);
#endif
    return *format == ImageFormat::png ? decode_png(bytes, where, limits) : decode_jpeg(bytes, where, limits);
}

/// Reads a PNG, JPEG or WebP file, as decode_image().
/// @throws FileError if the file cannot be read
/// @throws FormatError if it is none of them, is damaged, or exceeds the limits
[[nodiscard]] inline Image read_image(const std::filesystem::path& path, const PictureLimits& limits = {}) {
    return decode_image(read_whole_file(path, limits.file_bytes()), path.string(), limits);
}

}  // namespace stylegan
