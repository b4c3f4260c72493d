// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/elementwise/elementwise.hpp>

#include <vector>

namespace stylegan::ops {

/// The sum of squares of each picture of x (N, C, H, W).
template <class S>
[[nodiscard]] std::vector<double> squared_lengths(Context<BasicCpu<S>>& c, Maps<const Same<S>> x) {
    std::vector<double> all(static_cast<std::size_t>(x.extent(0)));
    c.parallel_for(x.extent(0), [&](Index n) {
        if (eigen::chosen(c)) {
            all[static_cast<std::size_t>(n)] = eigen::sums<1>(
                x.stride(), [](auto* sum, const auto& v) { sum[0] += v * v; }, x.part(n, 1).data)[0];
            return;
        }
        all[static_cast<std::size_t>(n)] = sums<1>(
            x.stride(), [](auto* sum, auto v) { sum[0] += v * v; }, x.part(n, 1).data)[0];
    });
    return all;
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/squared_lengths.hpp>
#endif
