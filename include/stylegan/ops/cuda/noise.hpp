// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/channel_sums.hpp>
#include <stylegan/ops/style/noise.hpp>

namespace stylegan::ops {

/// @see the overload for the CPU
inline void add_noise(Context<Cuda>& c, Maps<const float> x, Maps<const float> noise, std::span<const float> weight,
                      float strength, Maps<float> y) {
    const Index channels = x.extent(1), pixels = pixels_of(x);
    require_noise("add_noise", noise, x);
    require_same_shape("add_noise", "y", y, x);
    require_equal("add_noise", "size of weight", static_cast<Index>(weight.size()), channels);
    const Index map_step = noise.extent(0) == 1 ? 0 : pixels;
    const float *const from = x.data, *const map = noise.data, *const w = weight.data();
    float* const to = y.data;
    c.compute(x.extent(0) * channels, pixels, to, [=] STYLEGAN_DEVICE(Index plane, Index pixel) {
        const PlaneIndex p = PlaneIndex::of(plane, channels);
        return AddNoise<float>{strength * w[p.channel]}(from[plane * pixels + pixel], map[p.sample * map_step + pixel]);
    });
}

/// @see the overload for the CPU
inline void noise_weight_gradient(Context<Cuda>& c, Maps<const float> dy, Maps<const float> noise, float strength,
                                  std::span<float> dweight) {
    const Index channels = dy.extent(1), pixels = pixels_of(dy);
    require_noise("noise_weight_gradient", noise, dy);
    require_equal("noise_weight_gradient", "size of dweight", static_cast<Index>(dweight.size()), channels);
    const Index map_step = noise.extent(0) == 1 ? 0 : pixels;
    const float *const gradient = dy.data, *const map = noise.data;
    add_channel_sums<1>(c, dy.extent(0), channels, pixels, {{{dweight, strength}}},
                        [=] STYLEGAN_DEVICE(Index plane, Index pixel) {
                            const Index sample = PlaneIndex::of(plane, channels).sample;
                            return gpu::Sums<1>{{static_cast<double>(gradient[plane * pixels + pixel]) *
                                                 static_cast<double>(map[sample * map_step + pixel])}};
                        });
}

/// @see the overload for the CPU
inline void noise_gradient(Context<Cuda>& c, Maps<const float> dy, std::span<const float> weight, float strength,
                           Maps<float> dnoise) {
    const Index batch = dy.extent(0), channels = dy.extent(1), pixels = pixels_of(dy), maps = dnoise.extent(0);
    require_noise("noise_gradient", dnoise, dy);
    require_equal("noise_gradient", "size of weight", static_cast<Index>(weight.size()), channels);
    const float *const gradient = dy.data, *const w = weight.data();
    float* const to = dnoise.data;
    c.launch(dnoise.size(), [=] STYLEGAN_DEVICE(Index i) {
        const Index first = quotient(i, pixels), pixel = i - first * pixels;
        float sum = 0;
        for (Index n = first; n < batch; n += maps)
            for (Index k = 0; k < channels; ++k)
                sum = AddNoise<float>{strength * w[k]}(sum, gradient[(n * channels + k) * pixels + pixel]);
        to[i] = sum;
    });
}

}  // namespace stylegan::ops
#endif
