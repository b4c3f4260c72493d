// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution/convolution_grid.hpp>
#include <stylegan/ops/convolution/grid_convolution.hpp>
#include <stylegan/ops/convolution/plain_convolution.hpp>

#include <type_traits>

namespace stylegan::ops {

/// Nearest upscale by 2, then 3x3 convolution with zero padding, in one step at the low resolution:
///
///     y[n,o,Y,X] = scale * sum over i, ky, kx of  w[ky,kx,i,o] up(x)[n,i,Y + ky - 1,X + kx - 1],  up(x)[.,Y,X] = x[.,Y/2,X/2]
///
/// `rotated` turns the kernel by 180 degrees. That is what the official fused up-convolution (used at outputs of 128x128
/// and above) computes, everywhere and at the borders too, and what its trained weights expect.
/// Linear: the tangent of y is the same op on the tangent of x, and likewise for the gradients below.
///
/// @param x     (N, I, H, W)
/// @param w     (3, 3, I, O)
/// @param scale multiplies the weight: the equalized learning rate
/// @param y     (N, O, 2H, 2W), overwritten
/// @throws ShapeError if the shapes do not belong together
template <class S>
void upscale_convolution(Context<BasicCpu<S>>& c, std::type_identity_t<Maps<const S>> x,
                         std::type_identity_t<View<const S, 4>> w, std::type_identity_t<S> scale, bool rotated,
                         std::type_identity_t<Maps<S>> y) {
    check_convolution("upscale_convolution", Grid::up, x, w, y);
    if (c.kernels() != Kernels::plain)
        return grid_convolution<Grid::up, false>(c, {.grid = Grid::up, .turned = rotated}, x, w, scale, y);
    plain::convolution(c, {.up = 1, .rotated = rotated}, x, w, scale, y);
}

/// The transpose of upscale_convolution in x.
/// @param dy (N, O, 2H, 2W)
/// @param dx (N, I, H, W), overwritten
/// @throws ShapeError if the shapes do not belong together
template <class S>
void upscale_convolution_input_gradient(Context<BasicCpu<S>>& c, std::type_identity_t<Maps<const S>> dy,
                                        std::type_identity_t<View<const S, 4>> w, std::type_identity_t<S> scale,
                                        bool rotated, std::type_identity_t<Maps<S>> dx) {
    check_convolution("upscale_convolution_input_gradient", Grid::up, dx, w, dy);
    if (c.kernels() != Kernels::plain)
        return grid_convolution<Grid::down, true>(c, {.grid = Grid::down, .turned = !rotated, .transposed = true}, dy,
                                                  w, scale, dx);
    plain::convolution_input_gradient(c, {.up = 1, .rotated = rotated}, dy, w, scale, dx);
}

/// The gradient of upscale_convolution in w.
/// @param x  (N, I, H, W)
/// @param dy (N, O, 2H, 2W)
/// @param dw (3, 3, I, O), added to
/// @throws ShapeError if the shapes do not belong together
template <class S>
void upscale_convolution_weight_gradient(Context<BasicCpu<S>>& c, std::type_identity_t<Maps<const S>> x,
                                         std::type_identity_t<Maps<const S>> dy, std::type_identity_t<S> scale,
                                         bool rotated, std::type_identity_t<View<S, 4>> dw) {
    check_convolution("upscale_convolution_weight_gradient", Grid::up, x, dw, dy);
    if (c.kernels() != Kernels::plain)
        return grid_convolution_gradient<Grid::up>(c, {.grid = Grid::up, .turned = !rotated, .transposed = true}, dy, x,
                                                   scale, dw);
    plain::convolution_weight_gradient(c, {.up = 1, .rotated = rotated}, x, dy, scale, dw);
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/convolution.hpp>
#endif
