// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/philox.hpp>
#include <stylegan/io/pictures/image.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <jpeglib.h>
#include <png.h>

namespace test {

/// A picture of random values.
inline stylegan::Image random_image(int width, int height, int channels, std::uint64_t seed = 0) {
    stylegan::Image image(width, height, channels);
    const stylegan::RandomStream stream(seed, 0, stylegan::Purpose::test);
    for (std::size_t i = 0; i < image.pixels.size(); ++i)
        image.pixels[i] = static_cast<std::uint8_t>(stream.below(i, 256));
    return image;
}

/// A picture whose values change slowly, so that JPEG hardly changes it.
inline stylegan::Image smooth_image(int width, int height, int channels) {
    stylegan::Image image(width, height, channels);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c)
                image.pixel(x, y)[c] = static_cast<std::uint8_t>(40 + 2 * x + (c == 0 ? 3 : 1) * y + 20 * c);
    return image;
}

/// JPEG bytes of a picture of 1, 3 or 4 (inverted CMYK) channels.
inline std::vector<std::uint8_t> encode_jpeg(const stylegan::Image& image, int quality = 95, bool progressive = false) {
    jpeg_compress_struct jpeg{};
    jpeg_error_mgr errors{};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    unsigned char* buffer = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&jpeg, &buffer, &size);
    jpeg.image_width = static_cast<JDIMENSION>(image.width);
    jpeg.image_height = static_cast<JDIMENSION>(image.height);
    jpeg.input_components = image.channels;
    jpeg.in_color_space = image.channels == 1 ? JCS_GRAYSCALE : image.channels == 4 ? JCS_CMYK : JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, quality, TRUE);
    for (int c = 0; c < jpeg.num_components; ++c) jpeg.comp_info[c].h_samp_factor = jpeg.comp_info[c].v_samp_factor = 1;
    if (progressive) jpeg_simple_progression(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) {
        auto* row = const_cast<std::uint8_t*>(image.pixel(0, static_cast<int>(jpeg.next_scanline)));
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    std::vector<std::uint8_t> bytes(buffer, buffer + size);
    std::free(buffer);
    return bytes;
}

/// Writes PNG forms that the library itself never writes.
inline std::vector<std::uint8_t> raw_png(int width, int height, int depth, int colour_type, int interlace,
                                         const std::vector<std::vector<std::uint8_t>>& rows,
                                         const std::vector<png_color>& palette = {},
                                         const std::vector<std::uint8_t>& palette_alpha = {}) {
    using Bytes = std::vector<std::uint8_t>;
    Bytes out;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(
        png, &out,
        [](png_structp p, png_bytep data, std::size_t size) {
            auto& bytes = *static_cast<std::vector<std::uint8_t>*>(png_get_io_ptr(p));
            bytes.insert(bytes.end(), data, data + size);
        },
        [](png_structp) {});
    png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), depth, colour_type,
                 interlace, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (!palette.empty()) png_set_PLTE(png, info, palette.data(), static_cast<int>(palette.size()));
    if (!palette_alpha.empty())
        png_set_tRNS(png, info, palette_alpha.data(), static_cast<int>(palette_alpha.size()), nullptr);
    png_write_info(png, info);
    std::vector<png_bytep> pointers;
    for (const std::vector<std::uint8_t>& row : rows) pointers.push_back(const_cast<png_bytep>(row.data()));
    png_write_image(png, pointers.data());
    png_write_end(png, nullptr);
    png_destroy_write_struct(&png, &info);
    return out;
}

}  // namespace test
