// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/elementwise.hpp>
#include <stylegan/ops/resampling/downscale2d.hpp>
#include <stylegan/ops/resampling/upscale2d.hpp>

namespace stylegan::ops {
namespace detail {

/// large(h, w) = scale * small(h / factor, w / factor)
inline void replicate(Context<Cuda>& c, Maps<const float> small, int factor, float scale, Maps<float> large) {
    const Index height = large.extent(2), width = large.extent(3), narrow = small.extent(3), f = factor;
    const float* const from = small.data;
    float* const to = large.data;
    c.launch(large.size(), [=] STYLEGAN_DEVICE(Index i) {
        const MapsIndex at = MapsIndex::of(i, height, width);  // plane, row, column
        const Index row = at.sample * quotient(height, f) + quotient(at.channel, f);
        to[i] = scale * from[row * narrow + quotient(at.pixel, f)];
    });
}

/// small(h, w) = scale * sum of its factor x factor block of large
inline void sum_blocks_2d(Context<Cuda>& c, Maps<const float> large, int factor, float scale, Maps<float> small) {
    const Index wide = large.extent(3), narrow = small.extent(3);
    const float* const from = large.data;
    float* const to = small.data;
    c.launch(small.size(), [=] STYLEGAN_DEVICE(Index i) {
        const Index row = quotient(i, narrow), column = i - row * narrow;
        const float* const block = from + row * factor * wide + column * factor;
        float sum = 0;
        for (int k = 0; k < factor; ++k) {
            float of_row = 0;
            for (int j = 0; j < factor; ++j) of_row += block[k * wide + j];
            sum += of_row;
        }
        to[i] = scale * sum;
    });
}

}  // namespace detail

/// @see the overloads for the CPU
inline void upscale2d(Context<Cuda>& c, Maps<const float> x, int factor, Maps<float> y) {
    detail::require_factor("upscale2d", factor, "y", y, x);
    detail::replicate(c, x, factor, 1.0f, y);
}
inline void upscale2d_gradient(Context<Cuda>& c, Maps<const float> dy, int factor, Maps<float> dx) {
    detail::require_factor("upscale2d_gradient", factor, "dy", dy, dx);
    detail::sum_blocks_2d(c, dy, factor, 1.0f, dx);
}
inline void downscale2d(Context<Cuda>& c, Maps<const float> x, int factor, Maps<float> y) {
    detail::require_factor("downscale2d", factor, "x", x, y);
    detail::sum_blocks_2d(c, x, factor, 1.0f / static_cast<float>(factor * factor), y);
}
inline void downscale2d_gradient(Context<Cuda>& c, Maps<const float> dy, int factor, Maps<float> dx) {
    detail::require_factor("downscale2d_gradient", factor, "dx", dx, dy);
    detail::replicate(c, dy, factor, 1.0f / static_cast<float>(factor * factor), dx);
}

}  // namespace stylegan::ops
#endif
