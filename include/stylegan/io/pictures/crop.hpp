// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/pictures/image.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace stylegan {

/// The part of a picture of width x height pixels with the upper left pixel (left, top). Where it extends beyond the
/// picture, on any side, it is black and transparent.
/// @throws ValueError if width or height is less than 1
[[nodiscard]] inline Image crop(const Image& image, int left, int top, int width, int height) {
    if (width < 1 || height < 1)
        throw ValueError(text("crop: the part is ", width, 'x', height, ", expected at least 1x1"));
    Image part(width, height, image.channels);
    const int x0 = std::max(0, left), x1 = std::min(image.width, left + width);
    const int y0 = std::max(0, top), y1 = std::min(image.height, top + height);
    if (x0 < x1)
        for (int y = y0; y < y1; ++y)
            std::copy(image.pixel(x0, y), image.pixel(x0, y) + std::ptrdiff_t{x1 - x0} * image.channels,
                      part.pixel(x0 - left, y - top));
    return part;
}

namespace detail {

/// Where the middle `part` of a length begins; negative if it is longer than the whole.
constexpr int centre_offset(int whole, int part) { return whole >= part ? (whole - part) / 2 : -((part - whole) / 2); }

}  // namespace detail

/// The centre of a picture, or the picture in the centre of a larger black frame.
/// @throws ValueError if width or height is less than 1
[[nodiscard]] inline Image crop_centre(const Image& image, int width, int height) {
    return crop(image, detail::centre_offset(image.width, width), detail::centre_offset(image.height, height), width,
                height);
}

/// The size of the largest part of a picture with the aspect ratio of `shape`; with `outside`, of the smallest frame of
/// that ratio around the picture. The channels of `shape` do not matter.
[[nodiscard]] inline ImageSize fit(const ImageSize& picture, const ImageSize& shape, bool outside) {
    const auto scaled = [](int length, int numerator, int denominator) {
        const std::int64_t twice = std::int64_t{2} * length * numerator + denominator;  // rounds to nearest
        return static_cast<int>(std::max<std::int64_t>(1, twice / (std::int64_t{2} * denominator)));
    };
    const int width = scaled(picture.height, shape.width, shape.height);
    const int height = scaled(picture.width, shape.height, shape.width);
    if (outside) return {std::max(picture.width, width), std::max(picture.height, height), picture.channels};
    return {std::min(picture.width, width), std::min(picture.height, height), picture.channels};
}

}  // namespace stylegan
