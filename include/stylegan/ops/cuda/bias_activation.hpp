// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/bias_activation.hpp>
#include <stylegan/ops/cuda/bias.hpp>

namespace stylegan::ops {

/// @see the processor's overload
inline void bias_activation(Context<Cuda>& c, Maps<const float> x, Maps<const float> noise,
                            std::span<const float> noise_weight, float strength, std::span<const float> bias,
                            float bias_scale, float slope, Maps<float> y) {
    const Index channels = x.extent(1), pixels = pixels_of(x);
    require_slope("bias_activation", slope);
    require_same_shape("bias_activation", "y", y, x);
    require_equal("bias_activation", "size of bias", static_cast<Index>(bias.size()), channels);
    const float *const from = x.data, *const b = bias.data();
    float* const to = y.data;
    if (noise.empty()) {
        const BiasActivation<float> f{slope};
        return c.launch(x.size(), [=] STYLEGAN_DEVICE(Index i) {
            to[i] = f(from[i], bias_scale * b[MapsIndex::of(i, channels, pixels).channel]);
        });
    }
    require_noise("bias_activation", noise, x);
    require_equal("bias_activation", "size of noise_weight", static_cast<Index>(noise_weight.size()), channels);
    const float *const map = noise.data, *const weight = noise_weight.data();
    const Index map_step = noise.extent(0) == 1 ? 0 : pixels;
    c.launch(x.size(), [=] STYLEGAN_DEVICE(Index i) {
        const MapsIndex at = MapsIndex::of(i, channels, pixels);
        const NoiseBiasActivation<float> f{strength * weight[at.channel], bias_scale * b[at.channel], slope};
        to[i] = f(from[i], map[at.sample * map_step + at.pixel]);
    });
}

/// @see the processor's overload
inline void bias_activation_gradient(Context<Cuda>& c, Maps<const float> y, Maps<const float> dy, float slope,
                                     Maps<const float> noise, float strength, float bias_scale, Maps<float> dx,
                                     std::span<float> dnoise_weight, std::span<float> dbias) {
    constexpr const char* where = "bias_activation_gradient";
    leaky_relu_gradient(c, y, dy, slope, dx);
    const Index channels = y.extent(1);
    if (!dbias.empty()) require_equal(where, "size of dbias", static_cast<Index>(dbias.size()), channels);
    if (noise.empty() || dnoise_weight.empty()) {
        if (!dbias.empty()) bias_gradient(c, dx, bias_scale, dbias);
        return;
    }
    require_noise(where, noise, y);
    require_equal(where, "size of dnoise_weight", static_cast<Index>(dnoise_weight.size()), channels);
    const Index pixels = pixels_of(y), map_step = noise.extent(0) == 1 ? 0 : pixels;
    const float *const gradient = dx.data, *const map = noise.data;
    add_channel_sums<2>(c, y.extent(0), channels, pixels, {{{dbias, bias_scale}, {dnoise_weight, strength}}},
                        [=] STYLEGAN_DEVICE(Index i) {
                            const MapsIndex at = MapsIndex::of(i, channels, pixels);
                            const double g = gradient[i];
                            return gpu::Sums<2>{{g, g * static_cast<double>(map[at.sample * map_step + at.pixel])}};
                        });
}

}  // namespace stylegan::ops
#endif
