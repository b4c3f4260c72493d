// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/ops/channels/bias.hpp>
#include <stylegan/ops/channels/channel_sums.hpp>
#include <stylegan/ops/eigen/bias.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>
#include <stylegan/ops/elementwise/leaky_relu.hpp>
#include <stylegan/ops/style/noise.hpp>

#include <span>

namespace stylegan::ops {

/// leaky_relu(x + shift), where shift is the bias of a channel
template <class S>
struct BiasActivation {
    S slope;
    template <class V, class B>
    STYLEGAN_HOST_DEVICE V operator()(V x, B shift) const {
        return LeakyRelu<S>{slope}(static_cast<V>(x + shift));
    }
};

/// leaky_relu(x + weight * noise + shift)
template <class S>
struct NoiseBiasActivation {
    S weight, shift, slope;
    template <class V>
    STYLEGAN_HOST_DEVICE V operator()(V x, V noise) const {
        return LeakyRelu<S>{slope}(static_cast<V>(AddNoise<S>{weight}(x, noise) + shift));
    }
};

/// @throws ShapeError, ValueError as bias_activation(), in the name of `where`
template <class S>
void require_bias_activation(const char* where, Maps<const S> x, Maps<const S> noise, std::span<const S> noise_weight,
                             std::span<const S> bias, S slope, Maps<S> y) {
    const Index channels = x.extent(1);
    require_slope(where, slope);
    require_same_shape(where, "y", y, x);
    require_equal(where, "size of bias", static_cast<Index>(bias.size()), channels);
    if (noise.empty()) return;
    require_noise(where, noise, x);
    require_equal(where, "size of noise_weight", static_cast<Index>(noise_weight.size()), channels);
}

/// Noise, bias and leaky ReLU in one pass over memory: the first half of a style-based layer's epilogue.
/// y(n,c,h,w) = leaky_relu(x(n,c,h,w) + strength * noise_weight(c) * noise(n,0,h,w) + bias_scale * bias(c))
///
/// The tangent is leaky_relu_gradient(y, x_dot): noise and bias are constants there.
///
/// @param x, y          (N, C, H, W); y may be x
/// @param noise         (N, 1, H, W) or (1, 1, H, W); an empty view for none
/// @param noise_weight  (C); ignored without noise
/// @param bias          (C)
/// @throws ShapeError if the shapes do not match, ValueError if slope is not in [0, 1]
template <class S>
void bias_activation(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, Maps<const Same<S>> noise,
                     std::span<const Same<S>> noise_weight, Same<S> strength, std::span<const Same<S>> bias,
                     Same<S> bias_scale, Same<S> slope, Maps<Same<S>> y) {
    const Index channels = x.extent(1), pixels = pixels_of(x);
    require_bias_activation<S>("bias_activation", x, noise, noise_weight, bias, slope, y);
    if (eigen::chosen(c))
        return eigen::bias_activation<S>(c, x, noise, noise_weight, strength, bias, bias_scale, slope, y);
    const BiasActivation<S> f{slope};
    if (pixels == 1 && noise.empty()) {  // vectors: contiguous along the channels
        for_each_plane(c, x.extent(0), channels, [&](Index n) {
            map(
                channels, y.data + n * channels, [&](auto v, auto b) { return f(v, bias_scale * b); },
                x.data + n * channels, bias.data());
        });
        return;
    }
    for_each_stretch(c, x.extent(0) * channels, pixels, [&](Index plane, Index first, Index count) {
        const std::size_t channel = static_cast<std::size_t>(plane % channels);
        const Index at = plane * pixels + first;
        const S shift = bias_scale * bias[channel];
        if (noise.empty())
            map(
                count, y.data + at, [&](auto v) { return f(v, shift); }, x.data + at);
        else
            map(count, y.data + at, NoiseBiasActivation<S>{strength * noise_weight[channel], shift, slope}, x.data + at,
                noise_of(noise, plane / channels) + first);
    });
}

/// The gradient of bias_activation, in one pass: dx = dy * (y > 0 ? 1 : slope), and the sums of dx that belong to the
/// parameters: dnoise_weight(c) += strength * sum dx * noise, dbias(c) += bias_scale * sum dx.
///
/// @param y, dy, dx      (N, C, H, W), y the output of bias_activation; dx may be dy
/// @param noise          as it was forward; an empty view for none
/// @param dnoise_weight  (C), added to; empty if not needed
/// @param dbias          (C), added to; empty if not needed
/// @throws ShapeError if the shapes do not match, ValueError if slope is not in [0, 1]
template <class S>
void bias_activation_gradient(Context<BasicCpu<S>>& c, Maps<const Same<S>> y, Maps<const Same<S>> dy, Same<S> slope,
                              Maps<const Same<S>> noise, Same<S> strength, Same<S> bias_scale, Maps<Same<S>> dx,
                              std::span<Same<S>> dnoise_weight, std::span<Same<S>> dbias) {
    constexpr const char* where = "bias_activation_gradient";
    const Index batch = y.extent(0), channels = y.extent(1), pixels = pixels_of(y);
    const bool with_noise = !noise.empty() && !dnoise_weight.empty();
    if (with_noise) {
        require_noise(where, noise, y);
        require_equal(where, "size of dnoise_weight", static_cast<Index>(dnoise_weight.size()), channels);
    }
    if (!dbias.empty()) require_equal(where, "size of dbias", static_cast<Index>(dbias.size()), channels);
    if (!with_noise && (pixels == 1 || dbias.empty())) {
        leaky_relu_gradient(c, y, dy, slope, dx);
        if (!dbias.empty()) bias_gradient(c, dx, bias_scale, dbias);
        return;
    }
    require_slope(where, slope);
    require_same_shape(where, "dy", dy, y);
    require_same_shape(where, "dx", dx, y);
    if (eigen::chosen(c))
        return eigen::bias_activation_gradient<S>(c, y, dy, slope, noise, strength, bias_scale, dx, dnoise_weight,
                                                  dbias);
    const LeakyReluGradient<S> f{slope};
    if (!with_noise) {
        add_channel_sums<1, S>(c, batch, channels, pixels, {{{dbias, bias_scale}}}, [&](Index, Index, Index at) {
            return map_and_sum<1>(
                pixels, dx.data + at,
                [&](auto* sum, auto out, auto d) {
                    const auto g = f(out, d);
                    sum[0] += g;
                    return g;
                },
                y.data + at, dy.data + at);
        });
        return;
    }
    add_channel_sums<2, S>(c, batch, channels, pixels, {{{dbias, bias_scale}, {dnoise_weight, strength}}},
                           [&](Index n, Index, Index at) {
                               return map_and_sum<2>(
                                   pixels, dx.data + at,
                                   [&](auto* sum, auto out, auto d, auto e) {
                                       const auto g = f(out, d);
                                       sum[0] += g;
                                       sum[1] += g * e;
                                       return g;
                                   },
                                   y.data + at, dy.data + at, noise_of(noise, n));
                           });
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/bias_activation.hpp>
#endif
