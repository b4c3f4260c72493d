// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution/convolution_grid.hpp>
#include <stylegan/ops/convolution/grid_convolution.hpp>
#include <stylegan/ops/convolution/plain_convolution.hpp>

#include <type_traits>

namespace stylegan::ops {

/// 3x3 convolution with zero padding, then the mean of 2x2 pixels, in one step as a 4x4 convolution of stride 2:
///
///     y[n,o,Y,X] = scale/4 * sum over v in {2Y, 2Y + 1}, u in {2X, 2X + 1}, i, ky, kx of  w[ky,kx,i,o] x[n,i,v + ky - 1,u + kx - 1]
///
/// The official code computes the same, fused or not; the kernel is never rotated here.
/// Linear: the tangent of y is the same op on the tangent of x, and likewise for the gradients below.
///
/// @param x     (N, I, H, W), H and W even
/// @param w     (3, 3, I, O)
/// @param scale multiplies the weight: the equalized learning rate
/// @param y     (N, O, H/2, W/2), overwritten
/// @throws ShapeError if the shapes do not belong together
template <class S>
void downscale_convolution(Context<BasicCpu<S>>& c, std::type_identity_t<Maps<const S>> x,
                           std::type_identity_t<View<const S, 4>> w, std::type_identity_t<S> scale,
                           std::type_identity_t<Maps<S>> y) {
    check_convolution("downscale_convolution", Grid::down, x, w, y);
    if (c.kernels() != Kernels::plain)
        return grid_convolution<Grid::down, false>(c, {.grid = Grid::down}, x, w, scale / 4, y);
    plain::convolution(c, {.down = 1}, x, w, scale, y);
}

/// The transpose of downscale_convolution in x.
/// @param dy (N, O, H/2, W/2)
/// @param dx (N, I, H, W), overwritten
/// @throws ShapeError if the shapes do not belong together
template <class S>
void downscale_convolution_input_gradient(Context<BasicCpu<S>>& c, std::type_identity_t<Maps<const S>> dy,
                                          std::type_identity_t<View<const S, 4>> w, std::type_identity_t<S> scale,
                                          std::type_identity_t<Maps<S>> dx) {
    check_convolution("downscale_convolution_input_gradient", Grid::down, dx, w, dy);
    if (c.kernels() != Kernels::plain)
        return grid_convolution<Grid::up, true>(c, {.grid = Grid::up, .turned = true, .transposed = true}, dy, w,
                                                scale / 4, dx);
    plain::convolution_input_gradient(c, {.down = 1}, dy, w, scale, dx);
}

/// The gradient of downscale_convolution in w.
/// @param x  (N, I, H, W)
/// @param dy (N, O, H/2, W/2)
/// @param dw (3, 3, I, O), added to
/// @throws ShapeError if the shapes do not belong together
template <class S>
void downscale_convolution_weight_gradient(Context<BasicCpu<S>>& c, std::type_identity_t<Maps<const S>> x,
                                           std::type_identity_t<Maps<const S>> dy, std::type_identity_t<S> scale,
                                           std::type_identity_t<View<S, 4>> dw) {
    check_convolution("downscale_convolution_weight_gradient", Grid::down, x, dw, dy);
    if (c.kernels() != Kernels::plain)
        return grid_convolution_gradient<Grid::down>(c, {.grid = Grid::down}, x, dy, scale / 4, dw);
    plain::convolution_weight_gradient(c, {.down = 1}, x, dy, scale, dw);
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/convolution.hpp>
#endif
