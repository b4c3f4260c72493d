// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/c_errors.hpp>
#include <stylegan/io/pictures/image.hpp>
#include <stylegan/io/pictures/image_header.hpp>

#include <png.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stylegan::detail {

[[noreturn]] inline void png_error_exit(png_structp png, png_const_charp message) {
    static_cast<CErrorExit*>(png_get_error_ptr(png))->leave(message);
}
inline void png_ignore_warning(png_structp, png_const_charp) {}

struct PngReader {
    CErrorExit errors;
    std::span<const std::uint8_t> rest;
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &errors, fail, png_ignore_warning);
    png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;

    explicit PngReader(std::span<const std::uint8_t> bytes) : rest(bytes) {}
    PngReader(const PngReader&) = delete;
    PngReader& operator=(const PngReader&) = delete;
    ~PngReader() { png_destroy_read_struct(&png, &info, nullptr); }

    [[noreturn]] static void fail(png_structp png, png_const_charp message) {
        const std::string_view said = message;
        const bool checksum = said.find("CRC error") != said.npos || said.find("incorrect data check") != said.npos;
        png_error_exit(png, checksum ? "a checksum is wrong: it was damaged after it was written" : message);
    }

    static void read(png_structp png, png_bytep out, std::size_t size) {
        auto& self = *static_cast<PngReader*>(png_get_io_ptr(png));
        if (self.rest.size() < size) png_error(png, "it is cut off");
        std::memcpy(out, self.rest.data(), size);
        self.rest = self.rest.subspan(size);
    }

    /// Texts and profiles are skipped: libpng would inflate and keep up to a thousand of 8 MB each.
    void skip_what_is_not_used() const {
        constexpr png_byte names[] =
            "cHRM\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0sRGB\0tEXt\0"
            "tIME\0zTXt";
        png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, names, sizeof names / 5);
    }
};

/// A PNG picture that is decoded row by row. The constructor reads its header.
class PngRows {
public:
    /// @throws FormatError if it is not a PNG picture, its header is damaged, or it exceeds the limits
    PngRows(std::span<const std::uint8_t> bytes, const std::string& where, const PictureLimits& limits)
        : unreadable_(where + ": cannot be read as PNG"), reader_(bytes) {
        if (bytes.size() < 8 || png_sig_cmp(bytes.data(), 0, 8) != 0)
            throw FormatError(text(where, ": is not a PNG picture"));
        if (is_chunk(bytes, 12, "CgBI"))
            throw FormatError(text(where,
                                   ": is an iPhone-optimized PNG (CgBI), expected a standard one; convert it back "
                                   "first (Xcode: pngcrush -revert-iphone-optimizations FILE NEW)"));
        png_struct* const png = reader_.png;
        png_info* const info = reader_.info;
        if (info == nullptr) throw Error(text(where, ": libpng cannot be started"));
        call_c_library(reader_.errors, unreadable_, [&] {
            png_set_read_fn(png, &reader_, PngReader::read);
            reader_.skip_what_is_not_used();
            png_read_info(png, info);
        });
        const std::uint64_t width = png_get_image_width(png, info), height = png_get_image_height(png, info);
        const auto bits = static_cast<std::uint64_t>(png_get_bit_depth(png, info)) * png_get_channels(png, info);
        require_decodable(where, width, height, limits);
        // Deflate's shortest code is 2 bits for 258 bytes.
        require_pixels_fit(where, width, height, bytes.size(), 8 * 1032 / bits);
        call_c_library(reader_.errors, unreadable_, [&] {
            png_set_expand(png);
            png_set_scale_16(png);
            png_set_interlace_handling(png);
            png_read_update_info(png, info);
        });
        size_ = {static_cast<int>(png_get_image_width(png, info)), static_cast<int>(png_get_image_height(png, info)),
                 png_get_channels(png, info)};
        const auto header = png_header(bytes);
        if (header) orientation_ = header->orientation;
    }

    /// As stored, before the orientation is applied.
    [[nodiscard]] ImageSize stored() const { return size_; }
    [[nodiscard]] int orientation() const { return orientation_; }  ///< of EXIF
    /// Whether for_each_row() can be called: interlaced pictures come as a whole.
    [[nodiscard]] bool by_rows() const {
        return png_get_interlace_type(reader_.png, reader_.info) == PNG_INTERLACE_NONE;
    }

    /// Calls f(row) from the top row down, once. @throws FormatError if the picture is damaged
    template <class F>
    void for_each_row(F&& f) {
        std::vector<std::uint8_t> row(static_cast<std::size_t>(size_.width) * static_cast<std::size_t>(size_.channels));
        for (int y = 0; y < size_.height; ++y) {
            call_c_library(reader_.errors, unreadable_, [&] { png_read_row(reader_.png, row.data(), nullptr); });
            f(row.data());
        }
        finish();
    }

    /// All of it, as stored. @throws FormatError if the picture is damaged
    [[nodiscard]] Image whole() {
        Image image(size_.width, size_.height, size_.channels);
        std::vector<png_bytep> rows(static_cast<std::size_t>(image.height));
        for (int y = 0; y < image.height; ++y) rows[static_cast<std::size_t>(y)] = image.pixel(0, y);
        call_c_library(reader_.errors, unreadable_, [&] { png_read_image(reader_.png, rows.data()); });
        finish();
        return image;
    }

private:
    /// Reads what follows the pixels, and verifies its checksums.
    void finish() {
        call_c_library(reader_.errors, unreadable_, [&] { png_read_end(reader_.png, nullptr); });
    }

    std::string unreadable_;
    PngReader reader_;
    ImageSize size_;
    int orientation_ = 1;
};

}  // namespace stylegan::detail
