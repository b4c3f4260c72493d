// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/c_errors.hpp>
#include <stylegan/io/files/read_file.hpp>
#include <stylegan/io/pictures/image.hpp>
#include <stylegan/io/pictures/image_header.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <jpeglib.h>  // needs <cstdio> before it

#include <jerror.h>

namespace stylegan {

namespace detail {

struct JpegReader {
    jpeg_error_mgr manager{};
    CErrorExit errors;
    jpeg_progress_mgr progress{};
    jpeg_decompress_struct jpeg{};

    JpegReader() {
        jpeg.err = jpeg_std_error(&manager);
        manager.error_exit = fail;
        manager.emit_message = handle_message;
        manager.output_message = [](j_common_ptr) {};
        jpeg.client_data = this;
    }
    JpegReader(const JpegReader&) = delete;
    JpegReader& operator=(const JpegReader&) = delete;
    ~JpegReader() { jpeg_destroy_decompress(&jpeg); }  // does nothing if jpeg was never created

    [[noreturn]] static void fail(j_common_ptr jpeg) {
        char message[JMSG_LENGTH_MAX];
        (*jpeg->err->format_message)(jpeg, message);
        static_cast<JpegReader*>(jpeg->client_data)->errors.leave(message);
    }

    /// Limits the decoding time: a scan of a few bytes can take a pass over the whole picture.
    static void count_scans(j_common_ptr jpeg) {
        constexpr int most = 100;  // encoders write about ten
        auto& reader = *static_cast<JpegReader*>(jpeg->client_data);
        if (reader.jpeg.input_scan_number > most) reader.errors.leave("it has more than 100 scans");
    }

    /// libjpeg only warns of damage, and fills the missing part with grey. Here damage is an error. Phones of Samsung
    /// write scan headers with spectral values that a baseline picture does not use (JWRN_NOT_SEQUENTIAL).
    static void handle_message(j_common_ptr jpeg, int level) {
        const int code = jpeg->err->msg_code;
        const bool harmless = code == JWRN_EXTRANEOUS_DATA || code == JWRN_ADOBE_XFORM || code == JWRN_JFIF_MAJOR ||
                              code == JWRN_NOT_SEQUENTIAL;
        if (level < 0 && !harmless) fail(jpeg);
    }
};

/// Converts one row of inverted CMYK, which is what programs write, to RGB.
inline void cmyk_to_rgb(const std::uint8_t* cmyk, std::uint8_t* rgb, int width) {
    for (int x = 0; x < width; ++x)
        for (int c = 0; c < 3; ++c)
            rgb[3 * x + c] = static_cast<std::uint8_t>((cmyk[4 * x + c] * cmyk[4 * x + 3] + 127) / 255);
}

}  // namespace detail

/// Decodes a JPEG picture to 1 channel (grey) or 3 (RGB). EXIF's orientation is applied.
/// @param where  names the picture in errors
/// @throws FormatError if it is not a JPEG picture, is cut off or damaged
[[nodiscard]] inline Image decode_jpeg(std::span<const std::uint8_t> bytes, const std::string& where) {
    if (bytes.size() < 3 || bytes[0] != 0xFF || bytes[1] != 0xD8 || bytes[2] != 0xFF)
        throw FormatError(text(where, ": is not a JPEG picture"));
    const std::string unreadable = where + ": cannot be read as JPEG";
    detail::JpegReader reader;
    jpeg_decompress_struct& jpeg = reader.jpeg;
    detail::call_c_library(reader.errors, unreadable, [&] {
        jpeg_create_decompress(&jpeg);
        reader.progress.progress_monitor = detail::JpegReader::count_scans;
        jpeg.progress = &reader.progress;
        jpeg_mem_src(&jpeg, bytes.data(), static_cast<unsigned long>(bytes.size()));
        jpeg_read_header(&jpeg, TRUE);
    });
    detail::require_decodable(where, jpeg.image_width, jpeg.image_height, 4);
    if (jpeg.arith_code == 0)  // at least one bit for each block of at most 32x32 pixels
        detail::require_pixels_fit(where, jpeg.image_width, jpeg.image_height, bytes.size(), 8 * 32 * 32);
    const bool grey = jpeg.num_components == 1, cmyk = jpeg.num_components == 4;
    detail::call_c_library(reader.errors, unreadable, [&] {
        jpeg.out_color_space = grey ? JCS_GRAYSCALE : cmyk ? JCS_CMYK : JCS_RGB;
        jpeg_start_decompress(&jpeg);
    });

    Image image(static_cast<int>(jpeg.output_width), static_cast<int>(jpeg.output_height), grey ? 1 : 3);
    std::vector<std::uint8_t> wide(cmyk ? static_cast<std::size_t>(image.width) * 4 : 0);
    detail::call_c_library(reader.errors, unreadable, [&] {
        while (jpeg.output_scanline < jpeg.output_height) {
            std::uint8_t* const target = image.pixel(0, static_cast<int>(jpeg.output_scanline));
            std::uint8_t* row = cmyk ? wide.data() : target;
            jpeg_read_scanlines(&jpeg, &row, 1);
            if (cmyk) detail::cmyk_to_rgb(wide.data(), target, image.width);
        }
        jpeg_finish_decompress(&jpeg);
    });
    const auto header = detail::jpeg_header(bytes);
    return upright(std::move(image), header ? header->orientation : 1);
}

/// Reads a JPEG file, as decode_jpeg(). @throws FileError if the file cannot be read, FormatError
[[nodiscard]] inline Image read_jpeg(const std::filesystem::path& path) {
    return decode_jpeg(read_file(path), path.string());
}

}  // namespace stylegan
