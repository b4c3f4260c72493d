// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/channels/bias_activation.hpp>
#include <stylegan/ops/cuda/bias.hpp>

namespace stylegan::ops {
namespace detail {

/// Computes one value of bias_activation(), for a plane and a pixel in it.
struct BiasActivationAt {
    const float *x, *bias, *noise, *noise_weight;  ///< noise: nullptr for none
    float bias_scale, strength, slope;
    Index channels, pixels, noise_step;

    /// @throws ShapeError, ValueError as bias_activation()
    static BiasActivationAt of(Maps<const float> x, Maps<const float> noise, std::span<const float> noise_weight,
                               float strength, std::span<const float> bias, float bias_scale, float slope,
                               Maps<float> y) {
        require_bias_activation<float>("bias_activation", x, noise, noise_weight, bias, slope, y);
        const Index channels = x.extent(1), pixels = pixels_of(x);
        return {x.data,
                bias.data(),
                noise.empty() ? nullptr : noise.data,
                noise_weight.data(),
                bias_scale,
                strength,
                slope,
                channels,
                pixels,
                noise.extent(0) == 1 ? 0 : pixels};
    }

    STYLEGAN_DEVICE float operator()(Index plane, Index pixel) const {
        const PlaneIndex p = PlaneIndex::of(plane, channels);
        const float from = x[plane * pixels + pixel], shift = bias_scale * bias[p.channel];
        if (noise == nullptr) return BiasActivation<float>{slope}(from, shift);
        return NoiseBiasActivation<float>{strength * noise_weight[p.channel], shift, slope}(
            from, noise[p.sample * noise_step + pixel]);
    }
};

}  // namespace detail

/// @see the overload for the CPU
inline void bias_activation(Context<Cuda>& c, Maps<const float> x, Maps<const float> noise,
                            std::span<const float> noise_weight, float strength, std::span<const float> bias,
                            float bias_scale, float slope, Maps<float> y) {
    c.compute(x.extent(0) * x.extent(1), pixels_of(x), y.data,
              detail::BiasActivationAt::of(x, noise, noise_weight, strength, bias, bias_scale, slope, y));
}

/// @see the overload for the CPU
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
                        [=] STYLEGAN_DEVICE(Index plane, Index pixel) {
                            const Index sample = PlaneIndex::of(plane, channels).sample;
                            const double g = gradient[plane * pixels + pixel];
                            return gpu::Sums<2>{{g, g * static_cast<double>(map[sample * map_step + pixel])}};
                        });
}

}  // namespace stylegan::ops
#endif
