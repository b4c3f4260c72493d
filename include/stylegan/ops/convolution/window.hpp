// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>

namespace stylegan::ops {

/// The part of a picture that one value of an output is computed from, and how it moves.
struct Window {
    Index height = 1, width = 1;          ///< pixels
    Index stride = 1;                     ///< pixels from one output to the next, along both axes
    Index pad_height = 0, pad_width = 0;  ///< pixels around the picture, on each side

    /// Rows of the output for a picture of `rows` rows; 0 if the window does not fit.
    [[nodiscard]] Index output_height(Index rows) const { return outputs(rows + 2 * pad_height, height); }
    /// Columns of the output for a picture of `columns` columns; 0 if the window does not fit.
    [[nodiscard]] Index output_width(Index columns) const { return outputs(columns + 2 * pad_width, width); }

private:
    [[nodiscard]] Index outputs(Index all, Index size) const { return all < size ? 0 : (all - size) / stride + 1; }
};

/// max(0, x), and x itself if it is no number.
template <class S>
[[nodiscard]] constexpr S rectified(S x) {
    return x < S(0) ? S(0) : x;
}

}  // namespace stylegan::ops
