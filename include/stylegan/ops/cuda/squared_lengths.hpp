// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/elementwise.hpp>
#include <stylegan/ops/squared_lengths.hpp>

namespace stylegan::ops {

/// @see the processor's overload
[[nodiscard]] inline std::vector<double> squared_lengths(Context<Cuda>& c, Maps<const float> x) {
    const Workspace::Frame frame(c.workspace());
    const float* const from = x.data;
    const gpu::Sums<1>* const sums = c.segmented_sums<1>(x.extent(0), x.stride(), [=] STYLEGAN_DEVICE(Index i) {
        return gpu::Sums<1>{{static_cast<double>(from[i]) * static_cast<double>(from[i])}};
    });
    std::vector<double> all(static_cast<std::size_t>(x.extent(0)));
    c.download(&sums->value[0], x.extent(0), all.data());
    return all;
}

}  // namespace stylegan::ops
#endif
