// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>

#include <algorithm>

namespace stylegan::ops {

/// What a convolution's form is chosen by. The batch has no part in it: a picture's result does not depend on the others.
struct ConvolutionShape {
    Index inputs, outputs;  ///< channels read and computed
    Index height, width;    ///< of the smaller maps

    /// Tiles of so many pixels of the smaller maps in a picture.
    [[nodiscard]] Index tiles(Index size) const { return (height + size - 1) / size * ((width + size - 1) / size); }

    /// Whether there is enough work for the transforms of pictures, and not too much of it in those of the weights.
    /// What takes microseconds anyhow stays with the taps, which are several times more exact.
    /// @param weights  how many pairs of channels a tile is worth
    [[nodiscard]] bool suits(Index size, Index weights = 1 << 16) const {
        const bool full = 2 * height * width >= tiles(size) * size * size;
        const bool enough = std::min(inputs, outputs) >= 8 && height * width * inputs * outputs >= 1 << 17;
        return full && enough && tiles(size) * weights >= inputs * outputs;
    }

    /// For upscaling by 2: whether tiles of 4x4 are better than those of 2x2, which have 25 matrices to make instead of 81.
    [[nodiscard]] bool suits_large_tiles_up() const { return std::min(height, width) >= 8 && suits(4, 1 << 14); }
};

}  // namespace stylegan::ops
