// SPDX-License-Identifier: Apache-2.0
#include "caption.hpp"

#include "options.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace stylegan::examples {
namespace {

constexpr int glyph_width = 3, glyph_height = 5;

/// Rows from the top, a bit for each pixel, the leftmost one highest.
constexpr std::array<std::uint8_t, glyph_height> glyph(char c) {
    switch (c) {
        case '0': return {7, 5, 5, 5, 7};
        case '1': return {2, 6, 2, 2, 7};
        case '2': return {7, 1, 7, 4, 7};
        case '3': return {7, 1, 7, 1, 7};
        case '4': return {5, 5, 7, 1, 1};
        case '5': return {7, 4, 7, 1, 7};
        case '6': return {7, 4, 7, 5, 7};
        case '7': return {7, 1, 2, 2, 2};
        case '8': return {7, 5, 7, 5, 7};
        case '9': return {7, 5, 7, 1, 7};
        case '-': return {0, 0, 7, 0, 0};
        case '.': return {0, 0, 0, 0, 2};
        default: return {};
    }
}

}  // namespace

void draw_caption(Image& image, const std::string& number) {
    const int scale = std::max(1, std::min(image.width, image.height) / 64);
    const int columns = static_cast<int>(number.size()) * (glyph_width + 1) + 1, rows = glyph_height + 2;
    for (int y = 0; y < std::min(rows * scale, image.height); ++y)
        for (int x = 0; x < std::min(columns * scale, image.width); ++x) {
            const int column = x / scale - 1, row = y / scale - 1, letter = column / (glyph_width + 1),
                      bit = column % (glyph_width + 1);
            const bool inside = column >= 0 && row >= 0 && row < glyph_height && bit < glyph_width;
            const bool lit =
                inside && (glyph(number[static_cast<std::size_t>(letter)])[static_cast<std::size_t>(row)] >>
                               (glyph_width - 1 - bit) &
                           1) != 0;
            const int colours = image.channels % 2 == 0 ? image.channels - 1 : image.channels;
            std::fill_n(image.pixel(x, y), colours, lit ? std::uint8_t{255} : std::uint8_t{0});
            if (colours < image.channels) image.pixel(x, y)[colours] = 255;  // opaque
        }
}

CLI::Option& add_captions(CLI::App& command, bool& captions) {
    return add_flag(command, "--captions", captions, "write its seed into the corner of each picture of the grid");
}

}  // namespace stylegan::examples
