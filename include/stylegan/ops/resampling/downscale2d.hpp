// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/elementwise/elementwise.hpp>
#include <stylegan/ops/resampling/upscale2d.hpp>

namespace stylegan::ops {

/// Box filter: y(n,c,h,w) = mean of its factor x factor block of x. Linear, so the tangent is
/// downscale2d() of the tangent.
///
/// @param x       (N, C, factor H, factor W)
/// @param factor  1 or more
/// @param y       (N, C, H, W), not aliasing x
/// @throws ShapeError if the shapes do not match, ValueError if factor < 1
template <class S>
void downscale2d(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, int factor, Maps<Same<S>> y) {
    detail::require_factor("downscale2d", factor, "x", x, y);
    detail::sum_blocks_2d<S>(c, x, factor, S(1) / static_cast<S>(factor * factor), y);
}

/// dx = dy of its block / factor^2.
/// @throws as downscale2d()
template <class S>
void downscale2d_gradient(Context<BasicCpu<S>>& c, Maps<const Same<S>> dy, int factor, Maps<Same<S>> dx) {
    detail::require_factor("downscale2d_gradient", factor, "dx", dx, dy);
    detail::replicate<S>(c, dy, factor, S(1) / static_cast<S>(factor * factor), dx);
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/scale2d.hpp>
#endif
