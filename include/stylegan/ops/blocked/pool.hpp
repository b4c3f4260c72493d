// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/blocked/maps.hpp>
#include <stylegan/ops/resampling/window_pool.hpp>
#include <stylegan/ops/vector/scratch.hpp>

#include <algorithm>
#include <limits>

namespace stylegan::ops::blocked {

/// window_pool() of blocks, as many of y as of x.
inline void window_pool(Context<Cpu>& c, Pool kind, const Window& w, BlockedMaps<const float> x, BlockedMaps<float> y) {
    const bool largest = kind == Pool::largest;
    const Vector begin = Vector{} + (largest ? -std::numeric_limits<float>::infinity() : 0.0f);
    const auto add = [largest](Vector sum, Vector v) { return largest ? (sum < v ? v : sum) : sum + v; };
    parallel_for_with_scratch(c, x.batch * x.blocks, x.width * lanes, [&](Index item, float* line) {
        const Index n = item / x.blocks, block = item % x.blocks;
        for (Index row = 0; row < y.height; ++row) {
            const Index at = row * w.stride - w.pad_height, top = std::max<Index>(0, at),
                        rows = std::min(x.height, at + w.height) - top;
            const float* const from = x.at(n, block, top);
            for (Index column = 0; column < x.width; ++column) {
                Vector sum = begin;
                for (Index k = 0; k < rows; ++k) sum = add(sum, load<Vector>(from + (k * x.width + column) * lanes));
                store(line + column * lanes, sum);
            }
            float* const to = y.at(n, block, row);
            for (Index column = 0; column < y.width; ++column) {
                const Index first = column * w.stride - w.pad_width, left = std::max<Index>(0, first),
                            right = std::min(x.width, first + w.width);
                Vector sum = begin;
                for (Index u = left; u < right; ++u) sum = add(sum, load<Vector>(line + u * lanes));
                store(to + column * lanes, largest ? sum : sum * (1.0f / static_cast<float>(rows * (right - left))));
            }
        }
    });
}

}  // namespace stylegan::ops::blocked
