// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/elementwise.hpp>

#include <algorithm>

namespace stylegan::ops {

/// The most outputs that pointwise_convolution() is meant for: the channels of a picture.
inline constexpr Index few_outputs = 4;

/// A 1x1 convolution to a few maps, such as to_rgb: bound by reading x, which is done once, a block of pixels at a time
/// while the outputs stay in the first-level cache.
/// @param x (N, I, H, W)
/// @param w (1, 1, I, O)
/// @param y (N, O, H, W), overwritten
template <class S>
void pointwise_convolution(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, View<const Same<S>, 4> w, Same<S> scale,
                           Maps<Same<S>> y) {
    constexpr Index block = 1024;
    const Index inputs = x.extent(1), outputs = y.extent(1), pixels = x.extent(2) * x.extent(3);
    const Index blocks = (pixels + block - 1) / block;
    c.parallel_for(x.extent(0) * blocks, [&](Index item) {
        const Index n = item / blocks, first = item % blocks * block, count = std::min(block, pixels - first);
        const S* const from = x.data + n * inputs * pixels + first;
        S* const to = y.data + n * outputs * pixels + first;
        for (Index o = 0; o < outputs; ++o) std::fill_n(to + o * pixels, count, S(0));
        for (Index i = 0; i < inputs; ++i)
            for (Index o = 0; o < outputs; ++o)
                map(
                    count, to + o * pixels,
                    [weight = scale * w(0, 0, i, o)](auto sum, auto v) { return sum + weight * v; },
                    static_cast<const S*>(to) + o * pixels, from + i * pixels);
    });
}

}  // namespace stylegan::ops
