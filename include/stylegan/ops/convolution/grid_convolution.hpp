// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/compiled.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution/convolution_grid.hpp>
#include <stylegan/ops/convolution/kernel_reading.hpp>

#include <type_traits>

namespace stylegan::ops {

/// y = factor * (x correlated with w) on the grid G, by the fastest form for the shape, or in Eigen alone if the
/// context says so. The grid and the direction of a KernelReading are template arguments, so that a program that only
/// generates compiles no form that only gradients need; `turned` changes no code and stays a run-time argument.
/// @param turned  the kernel by 180 degrees
/// @param x (N, I, H, W)
/// @param w (K, K, I, O), or (K, K, O, I) if Transposed; K odd, 3 for the grids that scale
/// @param y (N, O, H', W'), overwritten
template <Grid G, bool Transposed, class S>
void grid_convolution(Context<BasicCpu<S>>& c, bool turned, std::type_identity_t<Maps<const S>> x,
                      std::type_identity_t<View<const S, 4>> w, std::type_identity_t<S> factor,
                      std::type_identity_t<Maps<S>> y);

/// dw += factor * the gradient of grid_convolution with respect to w. One of the two pictures is read at every tap
/// (`moved`: x, or dy if the convolution goes up), the other one once (`fixed`).
/// @param turned  the kernel by 180 degrees, as weight_gradient_reading() says
/// @param dw      (K, K, I, O); for Grid::up, `moved` has the O channels and `fixed` the I channels
template <Grid G, class S>
void grid_convolution_gradient(Context<BasicCpu<S>>& c, bool turned, std::type_identity_t<Maps<const S>> moved,
                               std::type_identity_t<Maps<const S>> fixed, std::type_identity_t<S> factor,
                               std::type_identity_t<View<S, 4>> dw);

}  // namespace stylegan::ops

#ifndef STYLEGAN_COMPILED
#include <stylegan/ops/convolution/detail/grid_convolution_inl.hpp>
#endif
