// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/ops/channels/channel_sums.hpp>
#include <stylegan/ops/eigen/bias.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>

#include <span>

namespace stylegan::ops {

/// x + scale * b
template <class S>
struct AddBias {
    S scale;
    template <class V, class B>
    STYLEGAN_HOST_DEVICE V operator()(V x, B b) const {
        return x + scale * b;
    }
};

/// y(n,c,h,w) = x(n,c,h,w) + scale * b(c). Its tangent is that of x, unchanged.
///
/// @param x, y   (N, C, H, W); y may be x
/// @param b      (C)
/// @param scale  the learning rate multiplier of an equalized bias
/// @throws ShapeError if the shapes do not match
template <class S>
void add_bias(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, std::span<const Same<S>> b, Same<S> scale,
              Maps<Same<S>> y) {
    require_same_shape("add_bias", "y", y, x);
    const Index channels = x.extent(1), pixels = pixels_of(x);
    require_equal("add_bias", "size of b", static_cast<Index>(b.size()), channels);
    if (eigen::chosen(c)) return eigen::add_bias<S>(c, x, b, scale, y);
    const AddBias<S> f{scale};
    if (pixels == 1) {  // vectors: contiguous along the channels
        for_each_plane(c, x.extent(0), channels,
                       [&](Index n) { map(channels, y.data + n * channels, f, x.data + n * channels, b.data()); });
        return;
    }
    for_each_stretch(c, x.extent(0) * channels, pixels, [&](Index plane, Index first, Index count) {
        const S value = b[static_cast<std::size_t>(plane % channels)];
        const Index at = plane * pixels + first;
        map(
            count, y.data + at, [&](auto v) { return f(v, value); }, x.data + at);
    });
}

/// db(c) += scale * sum over n,h,w of dy(n,c,h,w). The gradient for x is dy itself.
///
/// @param dy  (N, C, H, W)
/// @param db  (C), added to
/// @throws ShapeError if the shapes do not match
template <class S>
void bias_gradient(Context<BasicCpu<S>>& c, Maps<const Same<S>> dy, Same<S> scale, std::span<Same<S>> db) {
    const Index batch = dy.extent(0), channels = dy.extent(1), pixels = pixels_of(dy);
    require_equal("bias_gradient", "size of db", static_cast<Index>(db.size()), channels);
    if (eigen::chosen(c)) return eigen::bias_gradient<S>(c, dy, scale, db);
    add_channel_sums<1, S>(c, batch, channels, pixels, {{{db, scale}}}, [&](Index, Index, Index at) {
        if (pixels == 1) return std::array{static_cast<double>(dy.data[at])};
        return sums<1>(
            pixels, [](auto* s, auto v) { s[0] += v; }, dy.data + at);
    });
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/bias.hpp>
#endif
