// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/eigen/arrays.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>

#include <algorithm>
#include <array>

/// Pixel normalisation. Below, r is `inverse`, mean() is over the channels of one pixel, and a dot marks a tangent.
namespace stylegan::ops::eigen {
namespace detail {

/// Calls f(take, put, at, count) for at most sixteen pixels of a sample at a time, where
///   take(maps, channel)         is a block with their values in a channel of maps (N, C, H, W),
///   put(maps, channel, block)   writes them,
///   at                          is the offset of the first pixel in (N, 1, H, W), and `count` their number.
/// Values of a block beyond `count` are zero.
template <class S, class F>
void for_each_pixel_block(Context<BasicCpu<S>>& c, Maps<const S> x, const F& f) {
    const Index channels = x.extent(1), pixels = pixels_of(x), blocks = (pixels + block_size - 1) / block_size;
    for_each_plane(c, x.extent(0) * blocks, channels * block_size, [&](Index item) {
        const Index n = item / blocks, first = item % blocks * block_size, count = std::min(block_size, pixels - first);
        const Index at = n * channels * pixels + first;
        const auto take = [&](const auto& maps, Index channel) -> Block<S> {
            return load_block<S>(maps.data + at + channel * pixels, count);
        };
        const auto put = [&](const Maps<S>& maps, Index channel, const Block<S>& b) {
            store_block(b, count, maps.data + at + channel * pixels);
        };
        f(take, put, n * pixels + first, count);
    });
}

}  // namespace detail

/// y = x r, r = 1 / sqrt(mean(x^2) + eps)
template <class S>
void pixel_norm(Context<BasicCpu<S>>& c, Maps<const S> x, S eps, Maps<S> y, Maps<S> inverse) {
    const Index channels = x.extent(1);
    detail::for_each_pixel_block<S>(c, x, [&](const auto& take, const auto& put, Index at, Index count) {
        Block<S> squares = Block<S>::Zero();
        for (Index k = 0; k < channels; ++k) squares += take(x, k).square();
        const Block<S> r = S(1) / (squares / static_cast<S>(channels) + eps).sqrt();
        store_block(r, count, inverse.data + at);
        for (Index k = 0; k < channels; ++k) put(y, k, take(x, k) * r);
    });
}

/// dx = r (dy - y mean(y dy)). The Jacobian is symmetric, so this is also y_dot of x_dot.
/// @param rate  -r mean(y dy) for each pixel; empty if not needed
template <class S>
void pixel_norm_product(Context<BasicCpu<S>>& c, Maps<const S> y, Maps<const S> inverse, Maps<const S> dy, Maps<S> dx,
                        Maps<S> rate) {
    const Index channels = y.extent(1);
    detail::for_each_pixel_block<S>(c, y, [&](const auto& take, const auto& put, Index at, Index count) {
        const Block<S> r = load_block(inverse.data + at, count);
        Block<S> product = Block<S>::Zero();
        for (Index k = 0; k < channels; ++k) product += take(y, k) * take(dy, k);
        product /= static_cast<S>(channels);
        if (!rate.empty()) store_block<S>(-r * product, count, rate.data + at);
        for (Index k = 0; k < channels; ++k) put(dx, k, r * (take(dy, k) - take(y, k) * product));
    });
}

/// dx_dot = (r_dot / r) dx + r (dy_dot - y_dot mean(y dy) - y mean(y_dot dy + y dy_dot))
template <class S>
void pixel_norm_gradient_tangent(Context<BasicCpu<S>>& c, Maps<const S> y, Maps<const S> inverse, Maps<const S> y_dot,
                                 Maps<const S> inverse_rate, Maps<const S> dy, Maps<const S> dx, Maps<const S> dy_dot,
                                 Maps<S> dx_dot) {
    const Index channels = y.extent(1);
    detail::for_each_pixel_block<S>(c, y, [&](const auto& take, const auto& put, Index at, Index count) {
        const Block<S> r = load_block(inverse.data + at, count), rate = load_block(inverse_rate.data + at, count);
        Block<S> product = Block<S>::Zero(), product_dot = Block<S>::Zero();
        for (Index k = 0; k < channels; ++k) {
            product += take(y, k) * take(dy, k);
            product_dot += take(y_dot, k) * take(dy, k) + take(y, k) * take(dy_dot, k);
        }
        product /= static_cast<S>(channels);
        product_dot /= static_cast<S>(channels);
        for (Index k = 0; k < channels; ++k)
            put(dx_dot, k,
                rate * take(dx, k) + r * (take(dy_dot, k) - take(y_dot, k) * product - take(y, k) * product_dot));
    });
}

}  // namespace stylegan::ops::eigen
