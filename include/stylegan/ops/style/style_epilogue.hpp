// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/channels/bias_activation.hpp>
#include <stylegan/ops/eigen/style_modulation.hpp>
#include <stylegan/ops/norm/instance_norm.hpp>
#include <stylegan/ops/style/style_modulation.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace stylegan::ops {

/// Everything after the convolution of a style-based layer, for inference: bias_activation(), instance_norm() and
/// style_modulation() in two passes over memory instead of four. The first pass takes the moments of what it writes;
/// the second applies normalisation and style as one scale and shift.
///
/// @param x, y          (N, C, H, W); y may be x
/// @param noise         (N, 1, H, W) or (1, 1, H, W); an empty view for none
/// @param noise_weight  (C); ignored without noise
/// @param bias          (C)
/// @param eps           added to the variance
/// @param style         (N, 2C): [scale (C), bias (C)]
/// @throws ShapeError if the shapes do not match, ValueError if slope is not in [0, 1]
/// @see Karras, Laine, Aila (2019), figure 1b and equation 1
template <class S>
void style_epilogue(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, Maps<const Same<S>> noise,
                    std::span<const Same<S>> noise_weight, Same<S> strength, std::span<const Same<S>> bias,
                    Same<S> slope, Same<S> eps, Rows<const Same<S>> style, Maps<Same<S>> y) {
    constexpr const char* where = "style_epilogue";
    const Index channels = x.extent(1), pixels = pixels_of(x);
    require_bias_activation<S>(where, x, noise, noise_weight, bias, slope, y);
    detail::require_style(where, "style", style, x);
    if (eigen::chosen(c))
        return eigen::style_epilogue<S>(c, x, noise, noise_weight, strength, bias, slope, eps, style, y);
    for_each_plane(c, x.extent(0) * channels, pixels, [&](Index plane) {
        const auto channel = static_cast<std::size_t>(plane % channels);
        const S* const from = x.data + plane * pixels;
        S* const to = y.data + plane * pixels;
        RunningMoments all;
        for (Index first = 0; first < pixels; first += sum_block) {
            const Index count = std::min(sum_block, pixels - first);
            if (noise.empty())
                map(
                    count, to + first, [&](auto v) { return BiasActivation<S>{slope}(v, bias[channel]); },
                    from + first);
            else
                map(count, to + first, NoiseBiasActivation<S>{strength * noise_weight[channel], bias[channel], slope},
                    from + first, noise_of(noise, plane / channels) + first);
            all.add(count, static_cast<const S*>(to) + first);
        }
        const Moments m = all.moments();
        const S* const s = style.data + detail::style_at(plane, channels);
        // (v - mean) * r * (scale + 1) + shift; the mean is subtracted first, since it may be much larger than the
        // result
        const double factor = (static_cast<double>(s[0]) + 1) / std::sqrt(m.variance + static_cast<double>(eps));
        const S mean = static_cast<S>(m.mean), scale = static_cast<S>(factor), shift = s[channels];
        map(
            pixels, to, [&](auto v) { return (v - mean) * scale + shift; }, static_cast<const S*>(to));
    });
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/style_epilogue.hpp>
#endif
