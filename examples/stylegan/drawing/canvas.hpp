// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pictures/image.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace stylegan::examples {

/// Puts a picture of the same number of channels onto a canvas, its upper left corner at (x, y). It must fit.
inline void paste(Image& canvas, const Image& picture, int x, int y) {
    const auto bytes = static_cast<std::ptrdiff_t>(picture.width) * picture.channels;
    for (int row = 0; row < picture.height; ++row) std::copy_n(picture.pixel(0, row), bytes, canvas.pixel(x, y + row));
}

// Writing on pictures, in letters of 3x5 pixels: no font comes with this program. There are digits, capitals, for which small
// letters are taken too, and the signs that numbers and short sentences need; any other character is a space.

/// How wide and high writing is in pixels; a pixel of a letter is `scale` pixels of the picture.
[[nodiscard]] int text_width(std::string_view text, int scale);
[[nodiscard]] int text_height(int scale);

/// Writes in one shade, with the upper left corner at (x, y); what lies beyond the picture is left out.
void draw_text(Image& image, std::string_view text, int x, int y, int scale, std::uint8_t shade);

/// Writes numbers (digits, '-' and '.') into the upper left corner, white on black, as large as the picture bears.
void draw_caption(Image& image, const std::string& number);

}  // namespace stylegan::examples
