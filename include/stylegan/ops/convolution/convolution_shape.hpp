// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>

#include <algorithm>

namespace stylegan::ops {

/// Chooses the form of a convolution. The batch plays no part, so that the result of a picture does not depend on the
/// others.
struct ConvolutionShape {
    Index inputs, outputs;  ///< channels read and computed
    Index height, width;    ///< of the smaller maps

    /// Tiles of size x size pixels of the smaller maps in a picture.
    [[nodiscard]] Index tiles(Index size) const { return (height + size - 1) / size * ((width + size - 1) / size); }

    /// Whether a Winograd form pays: enough work to amortise the transforms of pictures, and few enough weights to
    /// transform. Convolutions that take microseconds anyway are computed directly, which is several times more exact.
    /// @param weights  pairs of channels whose weights one tile pays for
    [[nodiscard]] bool suits(Index size, Index weights = 1 << 16) const {
        const bool full = 2 * height * width >= tiles(size) * size * size;
        const bool enough = std::min(inputs, outputs) >= 8 && height * width * inputs * outputs >= 1 << 17;
        return full && enough && tiles(size) * weights >= inputs * outputs;
    }

    /// For upscaling by 2: whether tiles of 4x4 are faster than tiles of 2x2, which need 25 transformed matrices
    /// instead of 81.
    [[nodiscard]] bool suits_large_tiles_up() const { return std::min(height, width) >= 8 && suits(4, 1 << 14); }
};

}  // namespace stylegan::ops
