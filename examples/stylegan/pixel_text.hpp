// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pictures/image.hpp>

#include <cstdint>
#include <string_view>

namespace stylegan::examples {

// Writing on pictures, in letters of 3x5 pixels: no font comes with this program. There are digits, capitals, for which small
// letters are taken too, and the signs that numbers and short sentences need; any other character is a space.

/// How wide and high writing is in pixels; a pixel of a letter is `scale` pixels of the picture.
[[nodiscard]] int text_width(std::string_view text, int scale);
[[nodiscard]] int text_height(int scale);

/// Writes in one shade, with the upper left corner at (x, y); what lies beyond the picture is left out.
void draw_text(Image& image, std::string_view text, int x, int y, int scale, std::uint8_t shade);

}  // namespace stylegan::examples
