// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution/convolution_grid.hpp>
#include <stylegan/ops/convolution/grid_convolution.hpp>
#include <stylegan/ops/convolution/plain_convolution.hpp>

#include <type_traits>

namespace stylegan::ops {

/// Convolution with zero padding, at the same resolution; as in every framework's "convolution" the kernel is not turned:
///
///     y[n,o,Y,X] = scale * sum over i, ky, kx of  w[ky,kx,i,o] x[n,i,Y + ky - K/2,X + kx - K/2]
///
/// Linear: the tangent of y is the convolution of the tangent of x, and likewise for the gradients below.
///
/// @param x     (N, I, H, W)
/// @param w     (K, K, I, O), K odd
/// @param scale multiplies the weight: the equalized learning rate
/// @param y     (N, O, H, W), overwritten
/// @throws ShapeError if the shapes do not belong together
template <class S>
void convolution(Context<BasicCpu<S>>& c, std::type_identity_t<Maps<const S>> x,
                 std::type_identity_t<View<const S, 4>> w, std::type_identity_t<S> scale,
                 std::type_identity_t<Maps<S>> y) {
    check_convolution("convolution", Grid::same, x, w, y);
    if (c.kernels() != Kernels::plain) return grid_convolution<Grid::same, false>(c, {}, x, w, scale, y);
    plain::convolution(c, {}, x, w, scale, y);
}

/// dx[n,i,V,U] = scale * sum over o, ky, kx of  w[ky,kx,i,o] dy[n,o,V - ky + K/2,U - kx + K/2]
/// @param dy (N, O, H, W)
/// @param dx (N, I, H, W), overwritten
/// @throws ShapeError if the shapes do not belong together
template <class S>
void convolution_input_gradient(Context<BasicCpu<S>>& c, std::type_identity_t<Maps<const S>> dy,
                                std::type_identity_t<View<const S, 4>> w, std::type_identity_t<S> scale,
                                std::type_identity_t<Maps<S>> dx) {
    check_convolution("convolution_input_gradient", Grid::same, dx, w, dy);
    if (c.kernels() != Kernels::plain)
        return grid_convolution<Grid::same, true>(c, {.turned = true, .transposed = true}, dy, w, scale, dx);
    plain::convolution_input_gradient(c, {}, dy, w, scale, dx);
}

/// dw[ky,kx,i,o] += scale * sum over n, Y, X of  x[n,i,Y + ky - K/2,X + kx - K/2] dy[n,o,Y,X]
/// @param x  (N, I, H, W)
/// @param dy (N, O, H, W)
/// @param dw (K, K, I, O), added to
/// @throws ShapeError if the shapes do not belong together
template <class S>
void convolution_weight_gradient(Context<BasicCpu<S>>& c, std::type_identity_t<Maps<const S>> x,
                                 std::type_identity_t<Maps<const S>> dy, std::type_identity_t<S> scale,
                                 std::type_identity_t<View<S, 4>> dw) {
    check_convolution("convolution_weight_gradient", Grid::same, x, dw, dy);
    if (c.kernels() != Kernels::plain) return grid_convolution_gradient<Grid::same>(c, {}, x, dy, scale, dw);
    plain::convolution_weight_gradient(c, {}, x, dy, scale, dw);
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/convolution.hpp>
#endif
