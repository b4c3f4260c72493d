// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/ops/channels/channel_sums.hpp>
#include <stylegan/ops/eigen/bias.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>
#include <stylegan/ops/style/noise_maps.hpp>

#include <algorithm>
#include <span>

namespace stylegan::ops {

/// x + weight * noise
template <class S>
struct AddNoise {
    S weight;
    template <class V>
    STYLEGAN_HOST_DEVICE V operator()(V x, V noise) const {
        return x + weight * noise;
    }
};

/// y(n,c,h,w) = x(n,c,h,w) + strength * weight(c) * noise(n,0,h,w). Its tangent is that of x, unchanged.
///
/// @param x, y      (N, C, H, W); y may be x
/// @param noise     (N, 1, H, W), or (1, 1, H, W) for the same noise in each sample
/// @param weight    (C)
/// @param strength  a common factor; 1 in training
/// @throws ShapeError if the shapes do not match
template <class S>
void add_noise(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, Maps<const Same<S>> noise,
               std::span<const Same<S>> weight, Same<S> strength, Maps<Same<S>> y) {
    const Index channels = x.extent(1), pixels = pixels_of(x);
    require_noise("add_noise", noise, x);
    require_same_shape("add_noise", "y", y, x);
    require_equal("add_noise", "size of weight", static_cast<Index>(weight.size()), channels);
    if (eigen::chosen(c)) return eigen::add_noise<S>(c, x, noise, weight, strength, y);
    for_each_stretch(c, x.extent(0) * channels, pixels, [&](Index plane, Index first, Index count) {
        const AddNoise<S> f{strength * weight[static_cast<std::size_t>(plane % channels)]};
        const Index at = plane * pixels + first;
        map(count, y.data + at, f, x.data + at, noise_of(noise, plane / channels) + first);
    });
}

/// dweight(c) += strength * sum over n,h,w of dy(n,c,h,w) * noise(n,0,h,w). The gradient for x is dy itself.
///
/// @param dy       (N, C, H, W)
/// @param noise    (N, 1, H, W) or (1, 1, H, W)
/// @param dweight  (C), added to
/// @throws ShapeError if the shapes do not match
template <class S>
void noise_weight_gradient(Context<BasicCpu<S>>& c, Maps<const Same<S>> dy, Maps<const Same<S>> noise, Same<S> strength,
                           std::span<Same<S>> dweight) {
    const Index batch = dy.extent(0), channels = dy.extent(1), pixels = pixels_of(dy);
    require_noise("noise_weight_gradient", noise, dy);
    require_equal("noise_weight_gradient", "size of dweight", static_cast<Index>(dweight.size()), channels);
    if (eigen::chosen(c)) return eigen::noise_weight_gradient<S>(c, dy, noise, strength, dweight);
    add_channel_sums<1, S>(c, batch, channels, pixels, {{{dweight, strength}}}, [&](Index n, Index, Index at) {
        return sums<1>(
            pixels, [](auto* s, auto d, auto e) { s[0] += d * e; }, dy.data + at, noise_of(noise, n));
    });
}

/// The gradient for the noise itself: dnoise(n,0,h,w) = strength * sum over c of weight(c) * dy(n,c,h,w), summed
/// over n if all samples share one map.
///
/// @param dy      (N, C, H, W)
/// @param weight  (C)
/// @param dnoise  (N, 1, H, W) or (1, 1, H, W), overwritten
/// @throws ShapeError if the shapes do not match
template <class S>
void noise_gradient(Context<BasicCpu<S>>& c, Maps<const Same<S>> dy, std::span<const Same<S>> weight, Same<S> strength,
                    Maps<Same<S>> dnoise) {
    const Index channels = dy.extent(1), pixels = pixels_of(dy), maps = dnoise.extent(0);
    require_noise("noise_gradient", dnoise, dy);
    require_equal("noise_gradient", "size of weight", static_cast<Index>(weight.size()), channels);
    if (eigen::chosen(c)) return eigen::noise_gradient<S>(c, dy, weight, strength, dnoise);
    for_each_stretch(c, maps, pixels, [&](Index map_number, Index first, Index count) {
        S* const to = dnoise.data + map_number * pixels + first;
        std::fill_n(to, count, S(0));
        for (Index n = map_number; n < dy.extent(0); n += maps)
            for (Index k = 0; k < channels; ++k)
                map(count, to, AddNoise<S>{strength * weight[static_cast<std::size_t>(k)]}, static_cast<const S*>(to),
                    dy.data + (n * channels + k) * pixels + first);
    });
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/noise.hpp>
#endif
