// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/eigen/resampling.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>

namespace stylegan::ops {

/// The largest of each 2x2 block:  y(n,c,h,w) = max over i, j in {0, 1} of x(n,c,2h+i,2w+j)
/// An odd last row or column belongs to no block and is left out, as in the frameworks that VGG was trained in.
///
/// @param x  (N, C, H, W), H and W at least 2
/// @param y  (N, C, H / 2, W / 2), rounded down
/// @throws ShapeError if the shapes do not match
template <class S>
void max_pool(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, Maps<Same<S>> y) {
    require_shape("max_pool", "y", y, x.extent(0), x.extent(1), x.extent(2) / 2, x.extent(3) / 2);
    const Index height = x.extent(2), width = x.extent(3), rows = y.extent(2), columns = y.extent(3);
    for_each_plane(c, x.extent(0) * x.extent(1), height * width, [&](Index plane) {
        for (Index h = 0; h < rows; ++h) {
            const S* const above = x.data + (plane * height + 2 * h) * width;
            const S* const below = above + width;
            S* const to = y.data + (plane * rows + h) * columns;
            if (eigen::chosen(c)) {
                eigen::max_pool_row(above, below, columns, to);
                continue;
            }
            for (Index w = 0; w < columns; ++w) {
                const S left = above[2 * w] > below[2 * w] ? above[2 * w] : below[2 * w];
                const S right = above[2 * w + 1] > below[2 * w + 1] ? above[2 * w + 1] : below[2 * w + 1];
                to[w] = left > right ? left : right;
            }
        }
    });
}

/// dx is dy at the largest value of each block of x (the first one in row-major order), and 0 elsewhere.
/// Piecewise linear, as the op itself: the gradient's tangent is the same function of dy_dot.
///
/// @param x   (N, C, H, W), the input of max_pool()
/// @param dy  (N, C, H / 2, W / 2)
/// @param dx  as x, overwritten; another block of memory
/// @throws ShapeError if the shapes do not match
template <class S>
void max_pool_gradient(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, Maps<const Same<S>> dy, Maps<Same<S>> dx) {
    require_shape("max_pool_gradient", "dy", dy, x.extent(0), x.extent(1), x.extent(2) / 2, x.extent(3) / 2);
    require_same_shape("max_pool_gradient", "dx", dx, x);
    const Index height = x.extent(2), width = x.extent(3), rows = dy.extent(2), columns = dy.extent(3);
    for_each_plane(c, x.extent(0) * x.extent(1), height * width, [&](Index plane) {
        S* const to = dx.data + plane * height * width;
        if (width % 2 != 0)
            for (Index h = 0; h < height; ++h) to[h * width + width - 1] = 0;
        if (height % 2 != 0) std::fill_n(to + (height - 1) * width, width, S(0));
        for (Index h = 0; h < rows; ++h) {
            const Index at = 2 * h * width;
            const S* const above = x.data + plane * height * width + at;
            const S* const below = above + width;
            const S* const from = dy.data + (plane * rows + h) * columns;
            if (eigen::chosen(c)) {
                eigen::max_pool_gradient_row(above, below, columns, from, to + at, to + at + width);
                continue;
            }
            for (Index w = 0; w < columns; ++w) {
                const S a = above[2 * w], b = above[2 * w + 1], d = below[2 * w], e = below[2 * w + 1], g = from[w];
                const bool first_a = a >= b, first_d = d >= e;
                const bool upper = (first_a ? a : b) >= (first_d ? d : e);
                to[at + 2 * w] = upper && first_a ? g : S(0);
                to[at + 2 * w + 1] = upper && !first_a ? g : S(0);
                to[at + width + 2 * w] = !upper && first_d ? g : S(0);
                to[at + width + 2 * w + 1] = !upper && !first_d ? g : S(0);
            }
        }
    });
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/max_pool.hpp>
#endif
