// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/ops/eigen/bias.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>

#include <span>

namespace stylegan::ops {

/// scale * x + shift
template <class S>
struct Affine {
    S scale, shift;
    template <class V>
    STYLEGAN_HOST_DEVICE V operator()(V x) const {
        return scale * x + shift;
    }
};

/// y(n,c,h,w) = scale(c) * x(n,c,h,w) + shift(c), with constants: the normalisation of pictures for a network.
/// Its tangent and its gradient are channel_affine() of x_dot or dy with no shift.
///
/// @param x, y   (N, C, H, W); y may be x
/// @param scale  (C)
/// @param shift  (C), or empty for 0
/// @throws ShapeError if the shapes do not match
template <class S>
void channel_affine(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, std::span<const Same<S>> scale,
                    std::span<const Same<S>> shift, Maps<Same<S>> y) {
    const Index channels = x.extent(1), pixels = pixels_of(x);
    require_same_shape("channel_affine", "y", y, x);
    require_equal("channel_affine", "size of scale", static_cast<Index>(scale.size()), channels);
    if (!shift.empty()) require_equal("channel_affine", "size of shift", static_cast<Index>(shift.size()), channels);
    if (eigen::chosen(c)) return eigen::channel_affine<S>(c, x, scale, shift, y);
    for_each_stretch(c, x.extent(0) * channels, pixels, [&](Index plane, Index first, Index count) {
        const auto channel = static_cast<std::size_t>(plane % channels);
        const Index at = plane * pixels + first;
        map(count, y.data + at, Affine<S>{scale[channel], shift.empty() ? S(0) : shift[channel]}, x.data + at);
    });
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/channel_affine.hpp>
#endif
