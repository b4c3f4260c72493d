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

}  // namespace test
