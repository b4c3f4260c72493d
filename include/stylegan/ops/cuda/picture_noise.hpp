// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/augment/picture_noise.hpp>
#include <stylegan/ops/cuda/elementwise.hpp>

namespace stylegan::ops {

/// @see the overload for the CPU
inline void add_picture_noise(Context<Cuda>& c, Maps<const float> noise, std::span<const float> deviations,
                              Maps<float> y) {
    require_same_shape("add_picture_noise", "noise", noise, y);
    require_equal("add_picture_noise", "number of deviations", static_cast<Index>(deviations.size()), y.extent(0));
    const Workspace::Frame frame(c.workspace());
    float* const weights = c.take(y.extent(0)).data;
    c.upload(deviations.data(), y.extent(0), weights);
    const Index size = y.stride();
    const float* const values = noise.data;
    float* const to = y.data;
    c.compute(y.extent(0), size, to, [=] STYLEGAN_DEVICE(Index n, Index at) {
        const AddNoise<float> f{weights[n]};
        const float x = to[n * size + at];
        return f.weight == 0 ? x : f(x, values[n * size + at]);
    });
}

}  // namespace stylegan::ops
#endif
