// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/convolution_shape.hpp>
#include <stylegan/ops/grid_convolution.hpp>
#include <stylegan/ops/winograd.hpp>
#include <stylegan/ops/winograd_gradient.hpp>

#include <algorithm>

/// Convolutions on all grids in single precision, each by the form that takes the least time for its shape: one of Winograd's, or
/// products by Eigen.
///
/// Winograd's forms with tiles of 4x4 save three quarters of the products (of the 16 taps of a scaling convolution, two
/// thirds), those with 2x2 a little less, but transform the weights, which only pays if there are enough tiles to use them.
/// The bounds were measured on maps of 4x4 to 1024x1024 with 16 to 512 channels, one and several pictures.
/// F(2x2,3x3) has no place: even a single 4x4 map is 36 products as one tile of 4x4 and 64 as four of 2x2.
namespace stylegan::ops {

STYLEGAN_INLINE void grid_convolution(Context<Cpu>& c, KernelReading reading, Maps<const float> x,
                                      View<const float, 4> w, float factor, Maps<float> y) {
    if (c.kernels() == Kernels::eigen) return eigen::correlate(c, reading, x, w, factor, y);
    const ConvolutionShape s{x.extent(1), y.extent(1), std::min(x.extent(2), y.extent(2)),
                             std::min(x.extent(3), y.extent(3))};
    if (w.extent(0) == 3) switch (reading.grid) {
            case Grid::same:
                if (s.suits(4)) return winograd::correlate<winograd::Same4>(c, reading, x, w, factor, y);
                break;
            case Grid::up:
                if (s.suits_large_tiles_up()) return winograd::correlate<winograd::Up4>(c, reading, x, w, factor, y);
                if (s.suits(2)) return winograd::correlate<winograd::Up2>(c, reading, x, w, factor, y);
                break;
            case Grid::down:
                if (s.suits(4)) return winograd::correlate<winograd::Down4>(c, reading, x, w, factor, y);
                if (s.suits(2)) return winograd::correlate<winograd::Down2>(c, reading, x, w, factor, y);
                break;
        }
    eigen::correlate(c, reading, x, w, factor, y);
}

STYLEGAN_INLINE void grid_convolution_gradient(Context<Cpu>& c, KernelReading reading, Maps<const float> moved,
                                               Maps<const float> fixed, float factor, View<float, 4> dw) {
    if (c.kernels() == Kernels::eigen) return eigen::correlation_gradient(c, reading, moved, fixed, factor, dw);
    const ConvolutionShape s{moved.extent(1), fixed.extent(1), fixed.extent(2), fixed.extent(3)};
    const auto suits = [&](Index size, Index weights) { return s.suits(size, fixed.extent(0) * weights); };
    if (dw.extent(0) == 3) {
        if (reading.grid == Grid::same && suits(4, 1 << 14))
            return winograd::correlation_gradient<winograd::Same4>(c, reading, moved, fixed, factor, dw);
        if (reading.grid != Grid::same && suits(4, 1 << 13))
            return winograd::correlation_gradient<winograd::Down4>(c, reading, moved, fixed, factor, dw);
        if (reading.grid != Grid::same && suits(2, 1 << 14))
            return winograd::correlation_gradient<winograd::Down2>(c, reading, moved, fixed, factor, dw);
    }
    eigen::correlation_gradient(c, reading, moved, fixed, factor, dw);
}

}  // namespace stylegan::ops
