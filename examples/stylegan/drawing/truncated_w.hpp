// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/layers/truncation.hpp>

#include <xtensor/xtensor.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace stylegan::examples {

/// w truncated towards the average w as a generator's synthesize() truncates it.
/// @param w        (N, layers, w_size)
/// @param average  (w_size)
[[nodiscard]] inline xt::xtensor<float, 3> truncated_w(const xt::xtensor<float, 3>& w,
                                                       const std::vector<float>& average, TruncationOptions options) {
    xt::xtensor<float, 3> result = w;
    if (options.psi == 1) return result;
    const std::size_t layers = std::min(w.shape(1), static_cast<std::size_t>(options.cutoff));
    for (std::size_t n = 0; n < w.shape(0); ++n)
        for (std::size_t l = 0; l < layers; ++l)
            for (std::size_t k = 0; k < w.shape(2); ++k)
                result(n, l, k) = average[k] + options.psi * (w(n, l, k) - average[k]);
    return result;
}

}  // namespace stylegan::examples
