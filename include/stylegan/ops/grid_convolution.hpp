// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/compiled.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution_grid.hpp>
#include <stylegan/ops/eigen/convolution.hpp>
#include <stylegan/ops/eigen/convolution_gradient.hpp>
#include <stylegan/ops/kernel_reading.hpp>

namespace stylegan::ops {

/// y = factor * (x correlated with w) on the grid of `reading`, by the form that takes the least time, or in Eigen alone if the
/// context says so.
/// @param x (N, I, H, W)
/// @param w (K, K, I, O), or (K, K, O, I) if `reading.transposed`; K odd, 3 for the grids that scale
/// @param y (N, O, H', W'), overwritten
STYLEGAN_INLINE void grid_convolution(Context<Cpu>& c, KernelReading reading, Maps<const float> x,
                                      View<const float, 4> w, float factor, Maps<float> y);

/// dw += factor * the gradient of grid_convolution with respect to w. One of the two pictures is read at every tap (`moved`:
/// x, or dy where the convolution went up), the other one once (`fixed`).
/// @param reading  turned: the kernel was; transposed: `moved` has the O channels of dw and `fixed` the I channels
/// @param dw       (K, K, I, O)
STYLEGAN_INLINE void grid_convolution_gradient(Context<Cpu>& c, KernelReading reading, Maps<const float> moved,
                                               Maps<const float> fixed, float factor, View<float, 4> dw);

/// The same in double precision, always in Eigen.
inline void grid_convolution(Context<BasicCpu<double>>& c, KernelReading reading, Maps<const double> x,
                             View<const double, 4> w, double factor, Maps<double> y) {
    eigen::correlate(c, reading, x, w, factor, y);
}
inline void grid_convolution_gradient(Context<BasicCpu<double>>& c, KernelReading reading, Maps<const double> moved,
                                      Maps<const double> fixed, double factor, View<double, 4> dw) {
    eigen::correlation_gradient(c, reading, moved, fixed, factor, dw);
}

}  // namespace stylegan::ops

#ifndef STYLEGAN_COMPILED
#include <stylegan/ops/grid_convolution_definition.hpp>
#endif
