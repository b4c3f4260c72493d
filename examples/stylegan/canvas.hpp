// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pictures/image.hpp>

#include <algorithm>
#include <cstddef>

namespace stylegan::examples {

/// Puts a picture of the same number of channels onto a canvas, its upper left corner at (x, y). It must fit.
inline void paste(Image& canvas, const Image& picture, int x, int y) {
    const auto bytes = static_cast<std::ptrdiff_t>(picture.width) * picture.channels;
    for (int row = 0; row < picture.height; ++row) std::copy_n(picture.pixel(0, row), bytes, canvas.pixel(x, y + row));
}

}  // namespace stylegan::examples
