// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/ops/convolution/convolution_grid.hpp>

namespace stylegan::ops {

/// How the official weight w (K, K, I, O) is to be read.
struct KernelReading {
    Grid grid = Grid::same;
    bool turned = false;      ///< by 180 degrees
    bool transposed = false;  ///< as a map from O channels to I, for the input gradient
};

/// The taps of w that add up to row (or column) r of the kernel that `reading` asks for: [first, last].
struct TapRange {
    Index first, last;

    STYLEGAN_HOST_DEVICE TapRange(KernelReading reading, Index r, Index size) {
        const bool sums = reading.grid != Grid::same;
        first = sums && r > 0 ? r - 1 : r;
        last = sums && r >= size ? size - 1 : r;
        if (reading.turned) {
            const Index turned_first = size - 1 - last;
            last = size - 1 - first;
            first = turned_first;
        }
    }

    [[nodiscard]] STYLEGAN_HOST_DEVICE bool has(Index k) const { return first <= k && k <= last; }
};

}  // namespace stylegan::ops
