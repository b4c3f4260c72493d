// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/channels/channel_sums.hpp>
#include <stylegan/ops/eigen/arrays.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>
#include <stylegan/ops/style/noise_maps.hpp>

#include <span>

/// Bias, noise and activation.
namespace stylegan::ops::eigen {

/// x where it is positive, slope * x elsewhere
template <class S>
[[nodiscard]] inline Block<S> leaky(const Block<S>& x, S slope) {
    return (x > S(0)).select(x, slope * x);
}

/// d where the output y was positive, slope * d elsewhere
template <class S>
[[nodiscard]] inline Block<S> leaky_gradient(const Block<S>& y, const Block<S>& d, S slope) {
    return (y > S(0)).select(d, slope * d);
}

template <class S>
void add_bias(Context<BasicCpu<S>>& c, Maps<const S> x, std::span<const S> b, S scale, Maps<S> y) {
    const Index channels = x.extent(1), pixels = pixels_of(x);
    if (pixels == 1)  // vectors: contiguous along the channels
        return for_each_plane(c, x.extent(0), channels, [&](Index n) {
            assign(
                channels, y.data + n * channels, [scale](const auto& v, const auto& bias) { return v + scale * bias; },
                x.data + n * channels, b.data());
        });
    for_each_stretch(c, x.extent(0) * channels, pixels, [&](Index plane, Index first, Index count) {
        const Index at = plane * pixels + first;
        const S shift = scale * b[static_cast<std::size_t>(plane % channels)];
        assign(
            count, y.data + at, [shift](const auto& v) { return v + shift; }, x.data + at);
    });
}

template <class S>
void bias_gradient(Context<BasicCpu<S>>& c, Maps<const S> dy, S scale, std::span<S> db) {
    const Index pixels = pixels_of(dy);
    add_channel_sums<1, S>(c, dy.extent(0), dy.extent(1), pixels, {{{db, scale}}}, [&](Index, Index, Index at) {
        return sums<1>(
            pixels, [](auto* s, const auto& d) { s[0] += d; }, dy.data + at);
    });
}

template <class S>
void bias_activation(Context<BasicCpu<S>>& c, Maps<const S> x, Maps<const S> noise, std::span<const S> noise_weight,
                     S strength, std::span<const S> bias, S bias_scale, S slope, Maps<S> y) {
    const Index channels = x.extent(1), pixels = pixels_of(x);
    if (pixels == 1 && noise.empty())  // vectors: contiguous along the channels
        return for_each_plane(c, x.extent(0), channels, [&](Index n) {
            assign(
                channels, y.data + n * channels,
                [=](const auto& v, const auto& b) { return leaky<S>(v + bias_scale * b, slope); },
                x.data + n * channels, bias.data());
        });
    for_each_stretch(c, x.extent(0) * channels, pixels, [&](Index plane, Index first, Index count) {
        const auto channel = static_cast<std::size_t>(plane % channels);
        const Index at = plane * pixels + first;
        const S shift = bias_scale * bias[channel];
        if (noise.empty())
            return assign(
                count, y.data + at, [=](const auto& v) { return leaky<S>(v + shift, slope); }, x.data + at);
        const S weight = strength * noise_weight[channel];
        assign(
            count, y.data + at, [=](const auto& v, const auto& e) { return leaky<S>(v + weight * e + shift, slope); },
            x.data + at, noise_of(noise, plane / channels) + first);
    });
}

/// dbias and dnoise_weight may be empty.
template <class S>
void bias_activation_gradient(Context<BasicCpu<S>>& c, Maps<const S> y, Maps<const S> dy, S slope, Maps<const S> noise,
                              S strength, S bias_scale, Maps<S> dx, std::span<S> dnoise_weight, std::span<S> dbias) {
    const Index batch = y.extent(0), channels = y.extent(1), pixels = pixels_of(y);
    if (noise.empty() || dnoise_weight.empty())
        return add_channel_sums<1, S>(c, batch, channels, pixels, {{{dbias, bias_scale}}}, [&](Index, Index, Index at) {
            return assign_and_sum<1>(
                pixels, dx.data + at,
                [slope](auto* sum, const auto& out, const auto& d) {
                    const Block<S> g = leaky_gradient<S>(out, d, slope);
                    sum[0] += g;
                    return g;
                },
                y.data + at, dy.data + at);
        });
    add_channel_sums<2, S>(c, batch, channels, pixels, {{{dbias, bias_scale}, {dnoise_weight, strength}}},
                           [&](Index n, Index, Index at) {
                               return assign_and_sum<2>(
                                   pixels, dx.data + at,
                                   [slope](auto* sum, const auto& out, const auto& d, const auto& e) {
                                       const Block<S> g = leaky_gradient<S>(out, d, slope);
                                       sum[0] += g;
                                       sum[1] += g * e;
                                       return g;
                                   },
                                   y.data + at, dy.data + at, noise_of(noise, n));
                           });
}

template <class S>
void add_noise(Context<BasicCpu<S>>& c, Maps<const S> x, Maps<const S> noise, std::span<const S> weight, S strength,
               Maps<S> y) {
    const Index channels = x.extent(1), pixels = pixels_of(x);
    for_each_stretch(c, x.extent(0) * channels, pixels, [&](Index plane, Index first, Index count) {
        const S factor = strength * weight[static_cast<std::size_t>(plane % channels)];
        const Index at = plane * pixels + first;
        assign(
            count, y.data + at, [factor](const auto& v, const auto& e) { return v + factor * e; }, x.data + at,
            noise_of(noise, plane / channels) + first);
    });
}

template <class S>
void noise_weight_gradient(Context<BasicCpu<S>>& c, Maps<const S> dy, Maps<const S> noise, S strength,
                           std::span<S> dweight) {
    const Index pixels = pixels_of(dy);
    add_channel_sums<1, S>(
        c, dy.extent(0), dy.extent(1), pixels, {{{dweight, strength}}}, [&](Index n, Index, Index at) {
            return sums<1>(
                pixels, [](auto* s, const auto& d, const auto& e) { s[0] += d * e; }, dy.data + at, noise_of(noise, n));
        });
}

template <class S>
void noise_gradient(Context<BasicCpu<S>>& c, Maps<const S> dy, std::span<const S> weight, S strength, Maps<S> dnoise) {
    const Index channels = dy.extent(1), pixels = pixels_of(dy), maps = dnoise.extent(0);
    for_each_stretch(c, maps, pixels, [&](Index map_number, Index first, Index count) {
        S* const to = dnoise.data + map_number * pixels + first;
        std::fill_n(to, count, S(0));
        for (Index n = map_number; n < dy.extent(0); n += maps)
            for (Index k = 0; k < channels; ++k)
                assign(
                    count, to,
                    [factor = strength * weight[static_cast<std::size_t>(k)]](const auto& sum, const auto& d) {
                        return sum + factor * d;
                    },
                    static_cast<const S*>(to), dy.data + (n * channels + k) * pixels + first);
    });
}

template <class S>
void channel_affine(Context<BasicCpu<S>>& c, Maps<const S> x, std::span<const S> scale, std::span<const S> shift,
                    Maps<S> y) {
    const Index channels = x.extent(1), pixels = pixels_of(x);
    for_each_stretch(c, x.extent(0) * channels, pixels, [&](Index plane, Index first, Index count) {
        const auto channel = static_cast<std::size_t>(plane % channels);
        const S factor = scale[channel], offset = shift.empty() ? S(0) : shift[channel];
        const Index at = plane * pixels + first;
        assign(
            count, y.data + at, [=](const auto& v) { return factor * v + offset; }, x.data + at);
    });
}

}  // namespace stylegan::ops::eigen
