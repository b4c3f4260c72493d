// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/files/read_file.hpp>
#include <stylegan/io/pictures/image.hpp>
#include <stylegan/io/pictures/jpeg_rows.hpp>
#include <stylegan/io/pictures/orientation.hpp>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace stylegan {

/// Decodes a JPEG picture to 1 channel (grey) or 3 (RGB). EXIF's orientation is applied.
/// @param where  names the picture in errors
/// @throws FormatError if it is not a JPEG picture, is cut off or damaged, or exceeds the limits
[[nodiscard]] inline Image decode_jpeg(std::span<const std::uint8_t> bytes, const std::string& where,
                                       const PictureLimits& limits = {}) {
    detail::JpegRows picture(bytes, where, limits);
    return upright(picture.whole(), picture.orientation());
}

/// Reads a JPEG file, as decode_jpeg(). @throws FileError if the file cannot be read, FormatError
[[nodiscard]] inline Image read_jpeg(const std::filesystem::path& path, const PictureLimits& limits = {}) {
    return decode_jpeg(read_whole_file(path, limits.file_bytes()), path.string(), limits);
}

}  // namespace stylegan
