// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/read_file.hpp>
#include <stylegan/io/pictures/image.hpp>
#include <stylegan/io/pictures/image_header.hpp>

#ifdef STYLEGAN_WEBP
#include <webp/decode.h>
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace stylegan {

/// Whether this build reads WebP pictures. CMake sets STYLEGAN_WEBP where it finds libwebp.
#ifdef STYLEGAN_WEBP
inline constexpr bool reads_webp = true;
#else
inline constexpr bool reads_webp = false;
#endif

namespace detail {

/// Whether bytes are the start of a WebP picture.
inline bool begins_webp(std::span<const std::uint8_t> bytes) {
    return is_chunk(bytes, 0, "RIFF") && is_chunk(bytes, 8, "WEBP");
}

#ifdef STYLEGAN_WEBP
/// The EXIF orientation of a whole WebP file, which stores it after the pixels.
inline int webp_orientation(std::span<const std::uint8_t> bytes) {
    for (std::size_t at = 12; at + 8 <= bytes.size();) {
        std::size_t length = 0;
        for (std::size_t i = 4; i-- > 0;) length = length << 8 | bytes[at + 4 + i];
        if (is_chunk(bytes, at, "EXIF") && length <= bytes.size() - at - 8)
            return exif_orientation(bytes.subspan(at + 8, length));
        at += 8 + length + length % 2;
    }
    return 1;
}

/// @return nothing if `head` ends before the size, or if the file has EXIF data and `head` is not all of it
inline std::optional<ImageHeader> webp_header(std::span<const std::uint8_t> head) {
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(head.data(), head.size(), &features) != VP8_STATUS_OK) return std::nullopt;
    std::uint64_t length = 8;
    for (std::size_t i = 0; i < 4; ++i) length += std::uint64_t{head[4 + i]} << (8 * i);
    const bool exif = is_chunk(head, 12, "VP8X") && head.size() > 20 && (head[20] & 0x08) != 0;
    if (exif && head.size() < length) return std::nullopt;
    return ImageHeader{{features.width, features.height, features.has_alpha != 0 ? 4 : 3},
                       exif ? webp_orientation(head) : 1};
}
#endif

}  // namespace detail

#ifdef STYLEGAN_WEBP
/// Decodes a WebP picture to 3 channels (RGB), or 4 if the file has an alpha channel. EXIF's orientation is applied.
/// @param where  names the picture in errors
/// @throws FormatError if it is not a WebP picture, is an animation, is cut off or damaged, or exceeds the limits
[[nodiscard]] inline Image decode_webp(std::span<const std::uint8_t> bytes, const std::string& where,
                                       const PictureLimits& limits = {}) {
    if (!detail::begins_webp(bytes)) throw FormatError(text(where, ": is not a WebP picture"));
    WebPBitstreamFeatures features;
    const auto header = detail::webp_header(bytes);
    if (!header || WebPGetFeatures(bytes.data(), bytes.size(), &features) != VP8_STATUS_OK)
        throw FormatError(text(where, ": cannot be read as WebP: it is cut off or damaged"));
    if (features.has_animation != 0)
        throw FormatError(text(where, ": is an animated WebP picture, expected a still one"));
    const ImageSize size = header->stored;
    const auto columns = static_cast<std::uint64_t>(size.width), rows = static_cast<std::uint64_t>(size.height);
    detail::require_decodable(where, columns, rows, limits);
    detail::require_pixels_worth(where, columns, rows, bytes.size());
    Image image(size.width, size.height, size.channels);
    const int stride = size.width * size.channels;
    const auto decode = size.channels == 4 ? WebPDecodeRGBAInto : WebPDecodeRGBInto;
    if (decode(bytes.data(), bytes.size(), image.pixels.data(), image.pixels.size(), stride) == nullptr)
        throw FormatError(text(where, ": cannot be read as WebP: it is cut off or damaged"));
    return upright(std::move(image), header->orientation);
}
#endif

}  // namespace stylegan
