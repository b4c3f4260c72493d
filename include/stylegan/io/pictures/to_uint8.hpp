// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/arrays.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/io/pictures/image.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace stylegan {

/// A generator's output as an 8-bit pixel, as in the official code: x * 127.5 + 128, truncated and saturated to 0 to 255;
/// 0 for not-a-number. In double precision the product is exact, so a fused multiply-add gives the same result.
[[nodiscard]] inline std::uint8_t to_uint8(float x) {
    const double v = static_cast<double>(x) * 127.5 + 128.0;
    if (!(v > 0.0)) return 0;
    return v >= 255.0 ? std::uint8_t{255} : static_cast<std::uint8_t>(v);
}

/// Picture n of a batch (N, C, H, W) in [-1, 1], C from 1 to 4.
/// @param images  of xtensor, Eigen's Tensor, or a view (see ArrayRef)
/// @throws ShapeError if there is no picture n, or C is not 1 to 4
[[nodiscard]] inline Image to_uint8(const ArrayRef<const float, 4>& images, Index n) {
    const Index c_count = images.extent(1), h = images.extent(2), w = images.extent(3);
    if (n < 0 || n >= images.extent(0))
        throw ShapeError(text("to_uint8: picture index is ", n, ", expected less than ", images.extent(0)));
    if (c_count < 1 || c_count > 4)
        throw ShapeError(text("to_uint8: pictures have ", c_count, " channels, expected 1 to 4"));
    Image image(static_cast<int>(w), static_cast<int>(h), static_cast<int>(c_count));
    for (Index c = 0; c < c_count; ++c) {
        const float* const plane = images.data() + (n * c_count + c) * h * w;  // (H, W)
        for (Index i = 0; i < h * w; ++i) image.pixels[static_cast<std::size_t>(i * c_count + c)] = to_uint8(plane[i]);
    }
    return image;
}

/// All pictures of a batch (N, C, H, W) in [-1, 1]. @throws ShapeError if C is not 1 to 4
[[nodiscard]] inline std::vector<Image> to_uint8(const ArrayRef<const float, 4>& images) {
    std::vector<Image> all;
    for (Index n = 0; n < images.extent(0); ++n) all.push_back(to_uint8(images.view(), n));
    return all;
}

/// Arranges pictures of one size in a grid, row by row. Cells without a picture are black.
/// @throws ShapeError if the pictures differ in size or channels, there are none, or more than columns * rows
[[nodiscard]] inline Image image_grid(std::span<const Image> images, int columns, int rows) {
    if (images.empty() || columns < 1 || rows < 1 ||
        images.size() > static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows))
        throw ShapeError(text("image_grid: ", images.size(), " pictures, expected 1 to ", columns, 'x', rows));
    const Image& first = images[0];
    Image grid(first.width * columns, first.height * rows, first.channels);
    const std::size_t row_bytes = static_cast<std::size_t>(first.width) * static_cast<std::size_t>(first.channels);
    for (std::size_t i = 0; i < images.size(); ++i) {
        if (images[i].size() != first.size())
            throw ShapeError(text("image_grid: picture ", i, " is ", images[i].size().text(), ", expected ",
                                  first.size().text(), " like the first"));
        const int column = static_cast<int>(i) % columns, row = static_cast<int>(i) / columns;
        for (int y = 0; y < first.height; ++y) {
            const std::uint8_t* const source = images[i].pixel(0, y);
            std::copy(source, source + row_bytes, grid.pixel(column * first.width, row * first.height + y));
        }
    }
    return grid;
}

}  // namespace stylegan
