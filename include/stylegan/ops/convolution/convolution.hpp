// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution/convolution_grid.hpp>
#include <stylegan/ops/convolution/grid_convolution.hpp>
#include <stylegan/ops/convolution/kernel_reading.hpp>
#include <stylegan/ops/convolution/plain_convolution.hpp>
#include <stylegan/ops/convolution/resample.hpp>

#include <type_traits>

/// The convolution, with or without scaling by 2, and its gradients.
///
/// It is linear in x and in w: the tangent of y is the same op on the tangent of x, and likewise for the gradients.
namespace stylegan::ops {

/// Convolution with zero padding. As in every framework's "convolution", the kernel is not turned:
///
///     y[n,o,Y,X] = scale * sum over i, ky, kx of  w[ky,kx,i,o] x[n,i,Y + ky - K/2,X + kx - K/2]
///
/// Resample::up scales x up by 2 first, Resample::down takes the mean of 2x2 pixels of y afterwards, both in one step
/// at the lower resolution:
///
///     up(x)[.,Y,X] = x[.,Y/2,X/2],    down(y)[.,Y,X] = 1/4 sum over v in {2Y, 2Y + 1}, u in {2X, 2X + 1} of y[.,v,u]
///
/// Resample::up_rotated is `up` with the kernel rotated by 180 degrees. That is what the official fused up-convolution
/// (used at outputs of 128x128 and above) computes, borders included, and what its trained weights expect.
///
/// @tparam Kind whether it scales
/// @param x     (N, I, H, W); H and W even for `down`
/// @param w     (K, K, I, O), K odd; 3 if it scales
/// @param scale multiplies the weight: the equalized learning rate
/// @param y     (N, O, H, W), (N, O, 2H, 2W) or (N, O, H/2, W/2), overwritten
/// @throws ShapeError if the shapes do not match
template <Resample Kind = Resample::none, class S>
void convolution(Context<BasicCpu<S>>& c, std::type_identity_t<Maps<const S>> x,
                 std::type_identity_t<View<const S, 4>> w, std::type_identity_t<S> scale,
                 std::type_identity_t<Maps<S>> y) {
    check_convolution("convolution", Kind, x, w, y);
    if (c.kernels() == Kernels::plain) return plain::convolution(c, Kind, x, w, scale, y);
    constexpr KernelReading reading = forward_reading(Kind);
    grid_convolution<reading.grid, reading.transposed>(c, reading.turned, x, w, correlation_factor(Kind, scale), y);
}

/// The transpose of convolution() in x. Without scaling,
///
///     dx[n,i,V,U] = scale * sum over o, ky, kx of  w[ky,kx,i,o] dy[n,o,V - ky + K/2,U - kx + K/2]
///
/// @param dy as y
/// @param dx as x, overwritten
/// @throws ShapeError if the shapes do not match
template <Resample Kind = Resample::none, class S>
void convolution_input_gradient(Context<BasicCpu<S>>& c, std::type_identity_t<Maps<const S>> dy,
                                std::type_identity_t<View<const S, 4>> w, std::type_identity_t<S> scale,
                                std::type_identity_t<Maps<S>> dx) {
    check_convolution("convolution_input_gradient", Kind, dx, w, dy);
    if (c.kernels() == Kernels::plain) return plain::convolution_input_gradient(c, Kind, dy, w, scale, dx);
    constexpr KernelReading reading = input_gradient_reading(Kind);
    grid_convolution<reading.grid, reading.transposed>(c, reading.turned, dy, w, correlation_factor(Kind, scale), dx);
}

/// Adds the gradient of convolution() in w. Without scaling,
///
///     dw[ky,kx,i,o] += scale * sum over n, Y, X of  x[n,i,Y + ky - K/2,X + kx - K/2] dy[n,o,Y,X]
///
/// @param dy as y
/// @param dw as w, added to
/// @throws ShapeError if the shapes do not match
template <Resample Kind = Resample::none, class S>
void convolution_weight_gradient(Context<BasicCpu<S>>& c, std::type_identity_t<Maps<const S>> x,
                                 std::type_identity_t<Maps<const S>> dy, std::type_identity_t<S> scale,
                                 std::type_identity_t<View<S, 4>> dw) {
    check_convolution("convolution_weight_gradient", Kind, x, dw, dy);
    if (c.kernels() == Kernels::plain) return plain::convolution_weight_gradient(c, Kind, x, dy, scale, dw);
    constexpr KernelReading reading = weight_gradient_reading(Kind);
    grid_convolution_gradient<reading.grid>(c, reading.turned, reading.transposed ? dy : x, reading.transposed ? x : dy,
                                            correlation_factor(Kind, scale), dw);
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/convolution.hpp>
#endif
