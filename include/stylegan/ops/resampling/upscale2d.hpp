// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/eigen/resampling.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>

namespace stylegan::ops {
namespace detail {

template <class A, class B>
void require_factor(const char* where, int factor, const char* what, const Maps<A>& large, const Maps<B>& small) {
    if (factor < 1) throw ValueError(text(where, ": factor is ", factor, ", expected 1 or more"));
    require_shape(where, what, large, small.extent(0), small.extent(1), small.extent(2) * factor,
                  small.extent(3) * factor);
}

/// Calls f(plane, row) for each row of the smaller maps, on all threads.
template <class S, class F>
void for_each_small_row(Context<BasicCpu<S>>& c, Maps<const S> small, int factor, const F& f) {
    const Index height = small.extent(2);
    for_each_plane(c, small.extent(0) * small.extent(1) * height, small.extent(3) * factor * factor,
                   [&](Index item) { f(item / height, item % height); });
}

/// large(h, w) = scale * small(h / factor, w / factor)
template <class S>
void replicate(Context<BasicCpu<S>>& c, Maps<const S> small, int factor, S scale, Maps<S> large) {
    const Index height = small.extent(2), width = small.extent(3), wide = width * factor;
    for_each_small_row(c, small, factor, [&](Index plane, Index row) {
        const S* from = small.data + (plane * height + row) * width;
        S* to = large.data + (plane * height + row) * factor * wide;
        if (eigen::chosen(c)) return eigen::replicate_row(from, width, factor, scale, to);
        if (factor == 2) {
            for (Index w = 0; w < width; ++w) {
                const S v = scale * from[w];
                to[2 * w] = v;
                to[2 * w + 1] = v;
            }
        } else {
            for (Index w = 0; w < width; ++w) std::fill_n(to + w * factor, factor, scale * from[w]);
        }
        for (int copy = 1; copy < factor; ++copy) std::copy_n(to, wide, to + copy * wide);
    });
}

/// small(h, w) = scale * sum of its factor x factor block of large
template <class S>
void sum_blocks_2d(Context<BasicCpu<S>>& c, Maps<const S> large, int factor, S scale, Maps<S> small) {
    const Index height = small.extent(2), width = small.extent(3), wide = width * factor;
    for_each_small_row(c, Maps<const S>(small), factor, [&](Index plane, Index row) {
        const S* from = large.data + (plane * height + row) * factor * wide;
        S* to = small.data + (plane * height + row) * width;
        if (eigen::chosen(c)) return eigen::sum_blocks_row(from, width, factor, scale, to);
        if (factor == 2) {
            const S* below = from + wide;
            for (Index w = 0; w < width; ++w)
                to[w] = scale * ((from[2 * w] + from[2 * w + 1]) + (below[2 * w] + below[2 * w + 1]));
            return;
        }
        for (Index w = 0; w < width; ++w) {
            S sum = 0;
            for (int i = 0; i < factor; ++i)
                for (int j = 0; j < factor; ++j) sum += from[i * wide + w * factor + j];
            to[w] = scale * sum;
        }
    });
}

}  // namespace detail

/// Nearest neighbour: y(n,c,h,w) = x(n,c,h/factor,w/factor). Linear, so the tangent is upscale2d() of the tangent.
///
/// @param x       (N, C, H, W)
/// @param factor  1 or more
/// @param y       (N, C, factor H, factor W), not aliasing x
/// @throws ShapeError if the shapes do not match, ValueError if factor < 1
template <class S>
void upscale2d(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, int factor, Maps<Same<S>> y) {
    detail::require_factor("upscale2d", factor, "y", y, x);
    detail::replicate<S>(c, x, factor, S(1), y);
}

/// dx = sum of each factor x factor block of dy.
/// @throws as upscale2d()
template <class S>
void upscale2d_gradient(Context<BasicCpu<S>>& c, Maps<const Same<S>> dy, int factor, Maps<Same<S>> dx) {
    detail::require_factor("upscale2d_gradient", factor, "dy", dy, dx);
    detail::sum_blocks_2d<S>(c, dy, factor, S(1), dx);
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/scale2d.hpp>
#endif
