// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/ops/convolution/resample.hpp>

/// Every convolution and each of its gradients is a correlation on one of three grids, which reads the official weight
/// in its own way. All of that follows from Resample, here and nowhere else.
namespace stylegan::ops {

/// How the pixels that a correlation computes lie over those that it reads: at the same resolution, at twice, or at
/// half.
enum class Grid { same, up, down };

[[nodiscard]] constexpr Grid grid_of(Resample kind) {
    return kind == Resample::none ? Grid::same : kind == Resample::down ? Grid::down : Grid::up;
}

/// The grid of a correlation, and how it reads the official weight w (K, K, I, O).
struct KernelReading {
    Grid grid = Grid::same;
    bool turned = false;      ///< by 180 degrees
    bool transposed = false;  ///< as a map from O channels to I
};

/// x -> y
[[nodiscard]] constexpr KernelReading forward_reading(Resample kind) {
    return {.grid = grid_of(kind), .turned = kind == Resample::up_rotated};
}

/// dy -> dx: the mirrored grid, with the kernel turned once more and its channels exchanged.
[[nodiscard]] constexpr KernelReading input_gradient_reading(Resample kind) {
    const Grid grid = grid_of(kind), mirrored = grid == Grid::up     ? Grid::down
                                                : grid == Grid::down ? Grid::up
                                                                     : Grid::same;
    return {.grid = mirrored, .turned = kind != Resample::up_rotated, .transposed = true};
}

/// x, dy -> dw. A correlation that goes up is taken as the transpose of one that goes down from y to x, so that dy is
/// the picture that is read at every tap.
[[nodiscard]] constexpr KernelReading weight_gradient_reading(Resample kind) {
    if (grid_of(kind) != Grid::up) return forward_reading(kind);
    return {.grid = Grid::up, .turned = kind != Resample::up_rotated, .transposed = true};
}

/// The factor of each of these correlations: the 2x2 mean divides a sum of four pixels.
template <class S>
[[nodiscard]] constexpr S correlation_factor(Resample kind, S scale) {
    return kind == Resample::down ? scale / 4 : scale;
}

/// The taps of w that add up to row (or column) r of the kernel that `reading` describes: [first, last].
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
