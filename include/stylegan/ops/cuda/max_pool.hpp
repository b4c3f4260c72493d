// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/elementwise.hpp>
#include <stylegan/ops/resampling/max_pool.hpp>

namespace stylegan::ops {

/// @see the overload for the CPU
inline void max_pool(Context<Cuda>& c, Maps<const float> x, Maps<float> y) {
    require_shape("max_pool", "y", y, x.extent(0), x.extent(1), x.extent(2) / 2, x.extent(3) / 2);
    const Index height = x.extent(2), width = x.extent(3), rows = y.extent(2), columns = y.extent(3);
    const float* const from = x.data;
    float* const to = y.data;
    c.launch(y.size(), [=] STYLEGAN_DEVICE(Index i) {
        const MapsIndex at = MapsIndex::of(i, rows, columns);  // plane, row, column
        const float* const above = from + (at.sample * height + 2 * at.channel) * width + 2 * at.pixel;
        const float left = above[0] > above[width] ? above[0] : above[width];
        const float right = above[1] > above[width + 1] ? above[1] : above[width + 1];
        to[i] = left > right ? left : right;
    });
}

/// @see the overload for the CPU
inline void max_pool_gradient(Context<Cuda>& c, Maps<const float> x, Maps<const float> dy, Maps<float> dx) {
    require_shape("max_pool_gradient", "dy", dy, x.extent(0), x.extent(1), x.extent(2) / 2, x.extent(3) / 2);
    require_same_shape("max_pool_gradient", "dx", dx, x);
    const Index height = x.extent(2), width = x.extent(3), rows = dy.extent(2), columns = dy.extent(3);
    const float *const from = x.data, *const gradient = dy.data;
    float* const to = dx.data;
    c.launch(x.size(), [=] STYLEGAN_DEVICE(Index i) {
        const MapsIndex at = MapsIndex::of(i, height, width);  // plane, row, column
        const Index row = at.channel / 2, column = at.pixel / 2;
        if (row >= rows || column >= columns) {
            to[i] = 0;
            return;
        }
        const float* const above = from + (at.sample * height + 2 * row) * width + 2 * column;
        const float a = above[0], b = above[1], d = above[width], e = above[width + 1];
        const bool first_a = a >= b, first_d = d >= e, upper = (first_a ? a : b) >= (first_d ? d : e);
        const bool here_upper = at.channel % 2 == 0, here_first = at.pixel % 2 == 0;
        const bool mine = here_upper == upper && here_first == (upper ? first_a : first_d);
        to[i] = mine ? gradient[(at.sample * rows + row) * columns + column] : 0.0f;
    });
}

}  // namespace stylegan::ops
#endif
