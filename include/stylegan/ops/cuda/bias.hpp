// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/channels/bias.hpp>
#include <stylegan/ops/cuda/channel_sums.hpp>

namespace stylegan::ops {

/// @see the overload for the CPU
inline void add_bias(Context<Cuda>& c, Maps<const float> x, std::span<const float> b, float scale, Maps<float> y) {
    require_same_shape("add_bias", "y", y, x);
    const Index channels = x.extent(1), pixels = pixels_of(x);
    require_equal("add_bias", "size of b", static_cast<Index>(b.size()), channels);
    const AddBias<float> f{scale};
    const float *const from = x.data, *const bias = b.data();
    float* const to = y.data;
    c.compute(x.extent(0) * channels, pixels, to, [=] STYLEGAN_DEVICE(Index plane, Index pixel) {
        return f(from[plane * pixels + pixel], bias[PlaneIndex::of(plane, channels).channel]);
    });
}

/// @see the overload for the CPU
inline void bias_gradient(Context<Cuda>& c, Maps<const float> dy, float scale, std::span<float> db) {
    const Index batch = dy.extent(0), channels = dy.extent(1), pixels = pixels_of(dy);
    require_equal("bias_gradient", "size of db", static_cast<Index>(db.size()), channels);
    const float* const from = dy.data;
    const auto value = [=] STYLEGAN_DEVICE(Index plane, Index pixel) {
        return gpu::Sums<1>{{static_cast<double>(from[plane * pixels + pixel])}};
    };
    if (pixels == 1)
        add_vector_sums(c, batch, channels, {db, scale}, value);
    else
        add_channel_sums<1>(c, batch, channels, pixels, {{{db, scale}}}, value);
}

}  // namespace stylegan::ops
#endif
