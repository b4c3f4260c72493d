// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/ops/convolution/kernel_reading.hpp>

namespace stylegan::ops {

/// The geometry of a correlation on a grid, in one dimension.
///
/// Nearest upscale by 2 followed by a 3x3 convolution, and a 3x3 convolution followed by the 2x2 mean, need only one
/// 4x4 kernel: the sums of the taps that meet the same pixel. In one dimension
///
///     e[r] = w[r - 1] + w[r]    (those of the two that exist),  r = 0 .. 3
///
/// Down: y[Y] = 1/2 sum over r of e[r] x[2Y - 1 + r]. Up: phase p of pixel a, y[2a + p], has the two taps e[p] at x[a +
/// p - 1] and e[p + 2] at x[a + p]: 16 products for four pixels instead of 36 for one and four. The input gradient of
/// one is the other with the kernel turned and its channels exchanged.
///
/// @see Karras et al. (2018), "Progressive Growing of GANs"; the official code calls this fused scaling
struct GridGeometry {
    Index taps;    ///< of the kernel, as each computed pixel sees it
    Index stride;  ///< pixels read from one computed pixel to the next
    Index border;  ///< zeros around what is read
    Index phases;  ///< pixels computed for each position
    Index reach;   ///< pixels read for one position

    GridGeometry(Grid grid, Index size)
        : taps(grid == Grid::same ? size
               : grid == Grid::up ? 2
                                  : 4),
          stride(grid == Grid::down ? 2 : 1),
          border(grid == Grid::same ? size / 2 : 1),
          phases(grid == Grid::up ? 2 : 1),
          reach(taps + phases - 1) {}

    /// Pixels read for `n` adjacent positions.
    [[nodiscard]] Index read(Index n) const { return (n - 1) * stride + reach; }
};

/// @throws ShapeError unless x (N, I, H, W), w (K, K, I, O) with K odd (3 if scaling), and y (N, O, H', W') fit
///         together
template <class X, class W, class Y>
void check_convolution(const char* op, Resample kind, Maps<X> x, View<W, 4> w, Maps<Y> y) {
    const Grid grid = grid_of(kind);
    const Index size = w.extent(0);
    require_equal(op, "width of the kernel", w.extent(1), size);
    if (grid != Grid::same) require_equal(op, "size of the kernel", size, 3);
    if (size % 2 == 0) throw ShapeError(text(op, ": size of the kernel is ", size, ", expected an odd number"));
    require_equal(op, "number of input channels of the kernel", w.extent(2), x.extent(1));
    require_equal(op, "number of output channels of the kernel", w.extent(3), y.extent(1));
    require_equal(op, "batch of y", y.extent(0), x.extent(0));
    for (int axis = 2; axis < 4; ++axis) {
        const Index in = x.extent(axis);
        if (grid == Grid::down && in % 2 != 0)
            throw ShapeError(
                text(op, ": ", axis == 2 ? "height" : "width", " of x is ", in, ", expected an even number"));
        require_equal(op, axis == 2 ? "height of y" : "width of y", y.extent(axis),
                      grid == Grid::same ? in
                      : grid == Grid::up ? 2 * in
                                         : in / 2);
    }
}

}  // namespace stylegan::ops
