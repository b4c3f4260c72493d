// SPDX-License-Identifier: Apache-2.0
#include "caption.hpp"

#include "options.hpp"
#include "pixel_text.hpp"

#include <algorithm>
#include <cstdint>

namespace stylegan::examples {

void draw_caption(Image& image, const std::string& number) {
    const int scale = std::max(1, std::min(image.width, image.height) / 64);
    const int width = std::min(text_width(number, scale) + 2 * scale, image.width),
              height = std::min(text_height(scale) + 2 * scale, image.height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            std::fill_n(image.pixel(x, y), image.channels, std::uint8_t{0});
            if (image.channels % 2 == 0) image.pixel(x, y)[image.channels - 1] = 255;  // opaque
        }
    draw_text(image, number, scale, scale, scale, 255);
}

CLI::Option& add_captions(CLI::App& command, bool& captions) {
    return add_flag(command, "--captions", captions, "write its seed into the corner of each picture of the grid");
}

}  // namespace stylegan::examples
