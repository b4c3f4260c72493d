// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/channels/squared_lengths.hpp>
#include <stylegan/ops/cuda/elementwise.hpp>

namespace stylegan::ops {

/// @see the overload for the CPU
[[nodiscard]] inline std::vector<double> squared_lengths(Context<Cuda>& c, Maps<const float> x) {
    const Workspace::Frame frame(c.workspace());
    const float* const from = x.data;
    const Index length = x.stride();
    const gpu::Sums<1>* const sums = c.segmented_sums<1>(x.extent(0), length, [=] STYLEGAN_DEVICE(Index n, Index at) {
        const double v = from[n * length + at];
        return gpu::Sums<1>{{v * v}};
    });
    std::vector<double> all(static_cast<std::size_t>(x.extent(0)));
    c.download(&sums->value[0], x.extent(0), all.data());
    return all;
}

}  // namespace stylegan::ops
#endif
