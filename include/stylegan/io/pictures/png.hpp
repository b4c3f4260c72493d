// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/atomic_file.hpp>
#include <stylegan/io/files/c_errors.hpp>
#include <stylegan/io/files/read_file.hpp>
#include <stylegan/io/pictures/image.hpp>
#include <stylegan/io/pictures/orientation.hpp>
#include <stylegan/io/pictures/png_rows.hpp>

#include <png.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

namespace detail {

struct PngWriter {
    CErrorExit errors;
    Bytes bytes;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &errors, png_error_exit, png_ignore_warning);
    png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;

    PngWriter() = default;
    PngWriter(const PngWriter&) = delete;
    PngWriter& operator=(const PngWriter&) = delete;
    ~PngWriter() { png_destroy_write_struct(&png, &info); }

    static void write(png_structp png, png_bytep data, std::size_t size) {
        bool written = true;
        try {
            auto& bytes = static_cast<PngWriter*>(png_get_io_ptr(png))->bytes;
            bytes.insert(bytes.end(), data, data + size);
        } catch (const std::exception&) {
            written = false;  // an exception must not pass through libpng
        }
        if (!written) png_error(png, "out of memory");
    }
    static void flush(png_structp) {}
};

}  // namespace detail

/// Decodes a PNG picture to 8 bits per channel: palettes become RGB, 1, 2 and 4 bits are expanded, 16 bits are scaled,
/// a transparent colour becomes an alpha channel. EXIF's orientation is applied; colour profiles and gamma are ignored,
/// as is usual in this field.
/// @param where  names the picture in errors
/// @throws FormatError if it is not a PNG picture, is cut off or damaged, or exceeds the limits
[[nodiscard]] inline Image decode_png(std::span<const std::uint8_t> bytes, const std::string& where,
                                      const PictureLimits& limits = {}) {
    detail::PngRows picture(bytes, where, limits);
    return upright(picture.whole(), picture.orientation());
}

namespace detail {

/// Whether at least an eighth of the pixels equal their left neighbour, as in drawings; photographs have few.
inline bool has_flat_parts(const Image& image) {
    const auto channels = static_cast<std::size_t>(image.channels);
    std::size_t equal = 0;
    for (std::size_t p = channels; p < image.pixels.size(); p += channels)
        equal += std::memcmp(&image.pixels[p], &image.pixels[p - channels], channels) == 0 ? 1 : 0;
    return 8 * equal >= image.pixels.size() / channels;
}

/// @param filters  whether libpng chooses a filter for each row; without, rows are compressed as they are
inline Bytes encode_png(const Image& image, int compression, bool filters) {
    constexpr int colour_types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                    PNG_COLOR_TYPE_RGB_ALPHA};
    const int colour_type = colour_types[image.channels - 1];
    PngWriter writer;
    if (writer.info == nullptr) throw Error("encode_png: libpng cannot be started");
    call_c_library(writer.errors, "encode_png", [&] {
        png_set_write_fn(writer.png, &writer, PngWriter::write, PngWriter::flush);
        png_set_compression_level(writer.png, compression);
        if (!filters) png_set_filter(writer.png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
        png_set_IHDR(writer.png, writer.info, static_cast<png_uint_32>(image.width),
                     static_cast<png_uint_32>(image.height), 8, colour_type, PNG_INTERLACE_NONE,
                     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
        png_write_info(writer.png, writer.info);
        for (int y = 0; y < image.height; ++y) png_write_row(writer.png, image.pixel(0, y));
        png_write_end(writer.png, nullptr);
    });
    return std::move(writer.bytes);
}

}  // namespace detail

/// Encodes a picture of 1 to 4 channels. The same picture gives the same bytes. Filters make photographs smaller and
/// drawings larger; a picture with flat parts is encoded both ways, and the smaller file counts.
/// @param compression  0 (none) to 9 (smallest)
/// @throws ValueError if the picture is empty or has other channels
[[nodiscard]] inline Bytes encode_png(const Image& image, int compression = 6) {
    if (image.width < 1 || image.height < 1 || image.channels < 1 || image.channels > 4)
        throw ValueError(text("encode_png: the picture is ", image.size().text(),
                              ", expected at least one pixel and 1 to 4 channels"));
    require_equal("encode_png", "number of values", image.pixels.size(),
                  Image(image.width, image.height, image.channels).pixels.size());
    Bytes bytes = detail::encode_png(image, compression, true);
    if (!detail::has_flat_parts(image)) return bytes;
    Bytes unfiltered = detail::encode_png(image, compression, false);
    return unfiltered.size() < bytes.size() ? unfiltered : bytes;
}

/// Reads a PNG file, as decode_png(). @throws FileError if the file cannot be read, FormatError
[[nodiscard]] inline Image read_png(const std::filesystem::path& path, const PictureLimits& limits = {}) {
    return decode_png(read_whole_file(path, limits.file_bytes()), path.string(), limits);
}

/// Writes a PNG file atomically. @throws FileError if it cannot be written
inline void write_png(const std::filesystem::path& path, const Image& image) {
    const Bytes bytes = encode_png(image);
    AtomicFile file(path);
    file.write(bytes.data(), bytes.size());
    file.commit(Survives::program_crash);
}

}  // namespace stylegan
