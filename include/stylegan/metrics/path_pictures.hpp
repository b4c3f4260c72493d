// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/error.hpp>

#include <xtensor/xtensor.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace stylegan {

/// The part of a picture that is compared, and how much it is shrunk. The crop for faces is rows 3/8 to 7/8 and columns
/// 2/8 to 6/8, without most of the background. Larger windows are shrunk to about 256 pixels.
struct PathWindow {
    std::size_t row = 0;     ///< first row, in pixels
    std::size_t column = 0;  ///< first column, in pixels
    std::size_t height = 0;  ///< before shrinking, in pixels
    std::size_t width = 0;   ///< before shrinking, in pixels
    std::size_t factor = 1;  ///< blocks of factor x factor pixels become their mean

    /// The window of pictures of this size: the crop for faces, or the whole picture.
    [[nodiscard]] static PathWindow of(std::size_t height, std::size_t width, bool crop) {
        PathWindow window{0, 0, height, width, 1};
        if (crop) {
            const std::size_t h = height / 8, w = width / 8;
            window = {3 * h, 2 * w, 4 * h, 4 * w, 1};
        }
        window.factor = std::max<std::size_t>(1, std::min(window.height, window.width) / 256);
        return window;
    }

    /// The size after shrinking, in pixels. Rows and columns that do not fill a block are left out.
    [[nodiscard]] Size size() const { return {static_cast<int>(height / factor), static_cast<int>(width / factor)}; }
};

/// Prepares pictures 2i and 2i + 1 for the distance: crops them to the window, replaces blocks of pixels by their mean,
/// and repeats a grey channel three times.
/// @param pictures  (2 N, C, H, W): 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha; alpha does not count
/// @param crop      whether to crop to the middle of faces
/// @return          the even and the odd pictures, (N, 3, h, w) each
/// @throws ShapeError if the pictures do not have 1 to 4 channels
template <class Scalar>
[[nodiscard]] std::pair<xt::xtensor<Scalar, 4>, xt::xtensor<Scalar, 4>> path_pictures(
    const xt::xtensor<Scalar, 4>& pictures, bool crop) {
    const std::size_t colours = pictures.shape(1), height = pictures.shape(2), width = pictures.shape(3);
    if (colours < 1 || colours > 4)
        throw ShapeError(text("path length: pictures have ", colours, " channels, expected 1 to 4"));
    const PathWindow window = PathWindow::of(height, width, crop);
    const auto rows = static_cast<std::size_t>(window.size().height),
               columns = static_cast<std::size_t>(window.size().width);
    const auto empty = xt::xtensor<Scalar, 4>::from_shape({pictures.shape(0) / 2, 3, rows, columns});
    std::pair result{empty, empty};
    const Scalar share = Scalar(1) / static_cast<Scalar>(window.factor * window.factor);
    for (std::size_t n = 0; n < pictures.shape(0); ++n)
        for (std::size_t c = 0; c < 3; ++c) {
            const Scalar* const from = pictures.data() + (n * colours + (colours < 3 ? 0 : c)) * height * width;
            Scalar* to = (n % 2 == 0 ? result.first : result.second).data() + (n / 2 * 3 + c) * rows * columns;
            for (std::size_t y = 0; y < rows; ++y)
                for (std::size_t x = 0; x < columns; ++x) {
                    Scalar sum = 0;
                    for (std::size_t i = 0; i < window.factor; ++i)
                        for (std::size_t j = 0; j < window.factor; ++j)
                            sum += from[(window.row + y * window.factor + i) * width + window.column +
                                        x * window.factor + j];
                    *to++ = window.factor == 1 ? sum : sum * share;
                }
        }
    return result;
}

}  // namespace stylegan
