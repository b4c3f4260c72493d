// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pictures/image.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stylegan::examples {

/// Copies a picture onto a canvas with as many channels, its upper left corner at (x, y). It must fit.
inline void paste(Image& canvas, const Image& picture, int x, int y) {
    const auto bytes = static_cast<std::ptrdiff_t>(picture.width) * picture.channels;
    for (int row = 0; row < picture.height; ++row) std::copy_n(picture.pixel(0, row), bytes, canvas.pixel(x, y + row));
}

// Text on pictures, in letters of 3x5 pixels. There are digits, capitals (also used for small letters) and common
// punctuation; any other character is a space.

/// Width and height of text in pixels; a pixel of a letter is `scale` pixels wide and high.
[[nodiscard]] int text_width(std::string_view text, int scale);
[[nodiscard]] int text_height(int scale);

/// Writes text in one shade, its upper left corner at (x, y); clipped at the border of the picture.
void draw_text(Image& image, std::string_view text, int x, int y, int scale, std::uint8_t shade);

/// Pictures of one size in rows, with a label left of each row and above each column, white on black.
/// @param cells  row by row, as many as rows times columns
[[nodiscard]] Image labelled_grid(const std::vector<Image>& cells, const std::vector<std::string>& rows,
                                  const std::vector<std::string>& columns);

/// Writes a number into the upper left corner, white on black, in a size that suits the picture.
void draw_caption(Image& image, const std::string& number);

}  // namespace stylegan::examples
