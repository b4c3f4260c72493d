// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/arrays.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/io/pictures/image.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace stylegan {

/// An 8-bit pixel in the official range: 0 is -1, 255 is 1. to_uint8() gives the same pixel back.
[[nodiscard]] inline float to_float(std::uint8_t pixel) { return static_cast<float>(pixel) / 127.5f - 1; }

/// Pictures of one size as a batch (N, C, H, W) in [-1, 1], the inverse of to_uint8().
/// @throws ShapeError if the pictures differ in size or channels
[[nodiscard]] inline Array<float, 4> to_float(std::span<const Image> images) {
    const ImageSize size = images.empty() ? ImageSize{} : images[0].size();
    Array<float, 4> x(Array<float, 4>::Base::from_shape({images.size(), static_cast<std::size_t>(size.channels),
                                                         static_cast<std::size_t>(size.height),
                                                         static_cast<std::size_t>(size.width)}));
    float* to = x.data();
    for (std::size_t n = 0; n < images.size(); ++n) {
        if (images[n].size() != size)
            throw ShapeError(text("to_float: picture ", n, " is ", images[n].size().text(), ", expected ", size.text(),
                                  " like the first"));
        const auto channels = static_cast<std::size_t>(size.channels);
        const std::size_t area = static_cast<std::size_t>(size.height) * static_cast<std::size_t>(size.width);
        for (std::size_t c = 0; c < channels; ++c)
            for (std::size_t i = 0; i < area; ++i) *to++ = to_float(images[n].pixels[i * channels + c]);
    }
    return x;
}

/// One picture as a batch of one, (1, C, H, W) in [-1, 1].
[[nodiscard]] inline Array<float, 4> to_float(const Image& image) { return to_float(std::span(&image, 1)); }

}  // namespace stylegan
