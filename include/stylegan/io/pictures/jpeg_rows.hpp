// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/c_errors.hpp>
#include <stylegan/io/pictures/image.hpp>
#include <stylegan/io/pictures/image_header.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include <jpeglib.h>  // needs <cstdio> before it

#include <jerror.h>

namespace stylegan::detail {

struct JpegReader {
    jpeg_error_mgr manager{};
    CErrorExit errors;
    jpeg_progress_mgr progress{};
    jpeg_decompress_struct jpeg{};
    int most_scans = 1;

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

    /// Limits the decoding time: a scan of a few bytes can take a pass over the whole picture. Encoders write about
    /// ten.
    static int scans(std::uint64_t pixels) {
        constexpr std::uint64_t budget = std::uint64_t{1} << 30;  // pixels of all passes together
        return static_cast<int>(std::clamp<std::uint64_t>(budget / pixels, 16, 100));
    }

    static void count_scans(j_common_ptr jpeg) {
        auto& reader = *static_cast<JpegReader*>(jpeg->client_data);
        if (reader.jpeg.input_scan_number <= reader.most_scans) return;
        char message[64];
        std::snprintf(message, sizeof message, "it has more than %d scans", reader.most_scans);
        reader.errors.leave(message);
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

/// A JPEG picture that is decoded row by row. The constructor reads its header.
class JpegRows {
public:
    /// @throws FormatError if it is not a JPEG picture, its header is damaged, or it exceeds the limits
    JpegRows(std::span<const std::uint8_t> bytes, const std::string& where, const PictureLimits& limits)
        : unreadable_(where + ": cannot be read as JPEG") {
        if (bytes.size() < 3 || bytes[0] != 0xFF || bytes[1] != 0xD8 || bytes[2] != 0xFF)
            throw FormatError(text(where, ": is not a JPEG picture"));
        jpeg_decompress_struct& jpeg = reader_.jpeg;
        call_c_library(reader_.errors, unreadable_, [&] {
            jpeg_create_decompress(&jpeg);
            reader_.progress.progress_monitor = JpegReader::count_scans;
            jpeg.progress = &reader_.progress;
            jpeg_mem_src(&jpeg, bytes.data(), static_cast<unsigned long>(bytes.size()));
            jpeg_read_header(&jpeg, TRUE);
        });
        const std::uint64_t width = jpeg.image_width, height = jpeg.image_height;
        require_decodable(where, width, height, limits);
        if (jpeg.arith_code == 0)  // at least one bit for each block of at most 32x32 pixels
            require_pixels_fit(where, width, height, bytes.size(), 8 * 32 * 32);
        else
            require_pixels_worth(where, width, height, bytes.size());
        reader_.most_scans = JpegReader::scans(width * height);
        by_rows_ = jpeg_has_multiple_scans(&jpeg) == FALSE;
        size_ = {static_cast<int>(width), static_cast<int>(height), jpeg.num_components == 1 ? 1 : 3};
        const auto header = jpeg_header(bytes);
        if (header) orientation_ = header->orientation;
    }

    /// As stored, before the orientation is applied.
    [[nodiscard]] ImageSize stored() const { return size_; }
    [[nodiscard]] int orientation() const { return orientation_; }  ///< of EXIF
    /// Whether rows are decoded one by one. Those of several scans wait in libjpeg's memory for the last scan.
    [[nodiscard]] bool by_rows() const { return by_rows_; }

    /// Calls f(row) from the top row down, once. @throws FormatError if the picture is damaged
    template <class F>
    void for_each_row(F&& f) {
        std::vector<std::uint8_t> row(static_cast<std::size_t>(size_.width) * static_cast<std::size_t>(size_.channels));
        decode([&](int) { return row.data(); }, f);
    }

    /// All of it, as stored. @throws FormatError if the picture is damaged
    [[nodiscard]] Image whole() {
        Image image(size_.width, size_.height, size_.channels);
        decode([&](int y) { return image.pixel(0, y); }, [](const std::uint8_t*) {});
        return image;
    }

private:
    /// @param target  target(y) is where row y goes
    template <class Target, class F>
    void decode(Target&& target, F&& f) {
        jpeg_decompress_struct& jpeg = reader_.jpeg;
        const bool cmyk = jpeg.num_components == 4;
        std::vector<std::uint8_t> wide(cmyk ? static_cast<std::size_t>(size_.width) * 4 : 0);
        call_c_library(reader_.errors, unreadable_, [&] {
            jpeg.out_color_space = size_.channels == 1 ? JCS_GRAYSCALE : cmyk ? JCS_CMYK : JCS_RGB;
            jpeg_start_decompress(&jpeg);
        });
        for (int y = 0; y < size_.height; ++y) {
            std::uint8_t* const to = target(y);
            std::uint8_t* row = cmyk ? wide.data() : to;
            call_c_library(reader_.errors, unreadable_, [&] { jpeg_read_scanlines(&jpeg, &row, 1); });
            if (cmyk) cmyk_to_rgb(wide.data(), to, size_.width);
            f(to);
        }
        call_c_library(reader_.errors, unreadable_, [&] { jpeg_finish_decompress(&jpeg); });
    }

    std::string unreadable_;
    JpegReader reader_;
    ImageSize size_;
    int orientation_ = 1;
    bool by_rows_ = true;
};

}  // namespace stylegan::detail
