// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>
#include <stylegan/ops/style/noise.hpp>

#include <cstddef>
#include <span>

namespace stylegan::ops {

/// y(n) += deviations[n] * noise(n). Pictures of deviation 0 keep their bits.
/// @param noise       (N, C, H, W)
/// @param deviations  one for each picture, in host memory
/// @param y           as noise, changed
/// @throws ShapeError if the shapes do not match
template <class S>
void add_picture_noise(Context<BasicCpu<S>>& c, Maps<const Same<S>> noise, std::span<const Same<S>> deviations,
                       Maps<Same<S>> y) {
    require_same_shape("add_picture_noise", "noise", noise, y);
    require_equal("add_picture_noise", "number of deviations", static_cast<Index>(deviations.size()), y.extent(0));
    const Index size = y.stride();
    c.parallel_for(y.extent(0), [&](Index n) {
        const AddNoise<S> f{deviations[static_cast<std::size_t>(n)]};
        if (f.weight == 0) return;
        for (Index i = n * size; i < (n + 1) * size; ++i) y.data[i] = f(y.data[i], noise.data[i]);
    });
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/picture_noise.hpp>
#endif
