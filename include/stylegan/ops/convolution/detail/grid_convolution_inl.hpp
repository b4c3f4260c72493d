// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/convolution/convolution_shape.hpp>
#include <stylegan/ops/convolution/grid_convolution.hpp>
#include <stylegan/ops/eigen/convolution.hpp>
#include <stylegan/ops/eigen/convolution_gradient.hpp>
#include <stylegan/ops/winograd/convolution.hpp>
#include <stylegan/ops/winograd/gradient.hpp>

#include <algorithm>
#include <type_traits>

/// Convolutions on all grids, each by the fastest form for its shape: one of Winograd's (in single precision), or
/// direct convolution as products by Eigen.
///
/// Winograd's forms with tiles of 4x4 save three quarters of the products (two thirds of the 16 of a scaling
/// convolution), those with 2x2 a little less. They transform the weights, which pays only if there are enough tiles to
/// use them. The bounds were measured on feature maps of 4x4 to 1024x1024 with 16 to 512 channels, one and several
/// pictures. F(2x2,3x3) is not used: even a single 4x4 map takes 36 products as one tile of 4x4, and 64 as four of 2x2.
namespace stylegan::ops {

template <Grid G, bool Transposed, class S>
void grid_convolution(Context<BasicCpu<S>>& c, bool turned, std::type_identity_t<Maps<const S>> x,
                      std::type_identity_t<View<const S, 4>> w, std::type_identity_t<S> factor,
                      std::type_identity_t<Maps<S>> y) {
    const KernelReading reading{.grid = G, .turned = turned, .transposed = Transposed};
    if constexpr (std::is_same_v<S, float>) {
        const ConvolutionShape s{x.extent(1), y.extent(1), std::min(x.extent(2), y.extent(2)),
                                 std::min(x.extent(3), y.extent(3))};
        const bool winograd = c.kernels() == Kernels::fast && w.extent(0) == 3;
        if constexpr (G == Grid::same)
            if (winograd && s.suits(4)) return winograd::correlate<winograd::Same4>(c, reading, x, w, factor, y);
        if constexpr (G == Grid::up) {
            if (winograd && s.suits_large_tiles_up())
                return winograd::correlate<winograd::Up4>(c, reading, x, w, factor, y);
            if (winograd && s.suits(2)) return winograd::correlate<winograd::Up2>(c, reading, x, w, factor, y);
        }
        if constexpr (G == Grid::down) {
            if (winograd && s.suits(4)) return winograd::correlate<winograd::Down4>(c, reading, x, w, factor, y);
            if (winograd && s.suits(2)) return winograd::correlate<winograd::Down2>(c, reading, x, w, factor, y);
        }
    }
    eigen::correlate<Transposed, S>(c, reading, x, w, factor, y);
}

template <Grid G, class S>
void grid_convolution_gradient(Context<BasicCpu<S>>& c, bool turned, std::type_identity_t<Maps<const S>> moved,
                               std::type_identity_t<Maps<const S>> fixed, std::type_identity_t<S> factor,
                               std::type_identity_t<View<S, 4>> dw) {
    const KernelReading reading{.grid = G, .turned = turned, .transposed = G == Grid::up};
    if constexpr (std::is_same_v<S, float>) {
        const ConvolutionShape s{moved.extent(1), fixed.extent(1), fixed.extent(2), fixed.extent(3)};
        const bool winograd = c.kernels() == Kernels::fast && dw.extent(0) == 3;
        const auto suits = [&](Index size, Index weights) {
            return winograd && s.suits(size, fixed.extent(0) * weights);
        };
        if constexpr (G == Grid::same) {
            if (suits(4, 1 << 14))
                return winograd::correlation_weight_gradient<winograd::Same4>(c, reading, moved, fixed, factor, dw);
        } else {
            if (suits(4, 1 << 13))
                return winograd::correlation_weight_gradient<winograd::Down4>(c, reading, moved, fixed, factor, dw);
            if (suits(2, 1 << 14))
                return winograd::correlation_weight_gradient<winograd::Down2>(c, reading, moved, fixed, factor, dw);
        }
    }
    eigen::correlation_weight_gradient<S>(c, reading, moved, fixed, factor, dw);
}

#ifdef STYLEGAN_COMPILED
#define STYLEGAN_GRID_CONVOLUTION(G, S)                                                                          \
    template void grid_convolution<G, false, S>(Context<BasicCpu<S>>&, bool, Maps<const S>, View<const S, 4>, S, \
                                                Maps<S>);                                                        \
    template void grid_convolution<G, true, S>(Context<BasicCpu<S>>&, bool, Maps<const S>, View<const S, 4>, S,  \
                                               Maps<S>);                                                         \
    template void grid_convolution_gradient<G, S>(Context<BasicCpu<S>>&, bool, Maps<const S>, Maps<const S>, S,  \
                                                  View<S, 4>);
STYLEGAN_GRID_CONVOLUTION(Grid::same, float)
STYLEGAN_GRID_CONVOLUTION(Grid::up, float)
STYLEGAN_GRID_CONVOLUTION(Grid::down, float)
STYLEGAN_GRID_CONVOLUTION(Grid::same, double)
STYLEGAN_GRID_CONVOLUTION(Grid::up, double)
STYLEGAN_GRID_CONVOLUTION(Grid::down, double)
#undef STYLEGAN_GRID_CONVOLUTION
#endif

}  // namespace stylegan::ops
