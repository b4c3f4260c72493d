// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/augment/colour_matrix.hpp>
#include <stylegan/ops/cuda/elementwise.hpp>

#include <vector>

namespace stylegan::ops {

/// @see the overload for the CPU
inline void colour_matrix(Context<Cuda>& c, AffinePass pass, Maps<const float> x,
                          std::span<const ColourMatrix> matrices, Maps<float> y) {
    require_same_shape("colour_matrix", "y", y, x);
    detail::require_colours(x.shape, static_cast<Index>(matrices.size()));
    const Index batch = x.extent(0), channels = x.extent(1), pixels = pixels_of(x);
    std::vector<detail::ColourStep<float>> all;
    for (const ColourMatrix& m : matrices) all.push_back(detail::ColourStep<float>::of(pass, m, channels));
    const Workspace::Frame frame(c.workspace());
    auto* const steps = c.workspace().template take<detail::ColourStep<float>>(batch);
    c.upload(all.data(), batch, steps);
    const float* const from = x.data;
    float* const to = y.data;
    if (channels == 1)
        return c.compute(batch, pixels, to,
                         [=] STYLEGAN_DEVICE(Index n, Index pixel) { return steps[n].grey(from[n * pixels + pixel]); });
    c.launch(batch * pixels, [=] STYLEGAN_DEVICE(Index i) {
        const Index n = quotient(i, pixels), at = i + 2 * n * pixels;
        steps[n].colour(from + at, pixels, to + at);
    });
}

}  // namespace stylegan::ops
#endif
