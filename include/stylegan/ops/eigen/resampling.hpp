// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/eigen/arrays.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>
#include <stylegan/ops/vector/scratch.hpp>

#include <algorithm>

/// Resampling of single channels: blur, nearest upscale, box filter, 2x2 max pooling.
namespace stylegan::ops::eigen {

template <class S>
using Row = Eigen::Map<Eigen::Array<S, Eigen::Dynamic, 1>>;
template <class S>
using ConstRow = Eigen::Map<const Eigen::Array<S, Eigen::Dynamic, 1>>;
template <class S>
using SteppedRow = Eigen::Map<Eigen::Array<S, Eigen::Dynamic, 1>, 0, Eigen::InnerStride<>>;
template <class S>
using ConstSteppedRow = Eigen::Map<const Eigen::Array<S, Eigen::Dynamic, 1>, 0, Eigen::InnerStride<>>;

/// y(h,w) = sum over i,j of filter(i) filter(j) x(h+i-r,w+j-r), zeros outside: first the weighted sum of
/// neighbouring rows, then of the row shifted sideways.
template <class S>
void blur(Context<BasicCpu<S>>& c, Maps<const S> x, const S* filter, int taps, Maps<S> y) {
    const Index height = x.extent(2), width = x.extent(3), radius = taps / 2;
    if (x.size() == 0) return;
    const auto add = [](S weight) { return [weight](const auto& sum, const auto& v) { return sum + weight * v; }; };
    const Index rows = std::clamp<Index>(item_values / width, 1, height), strips = (height + rows - 1) / rows;
    parallel_for_with_scratch(c, x.extent(0) * x.extent(1) * strips, width + 2 * radius, [&](Index item, S* padded) {
        const S* const plane = x.data + item / strips * height * width;
        S* const out = y.data + item / strips * height * width;
        std::fill_n(padded, width + 2 * radius, S(0));
        S* const row = padded + radius;
        for (Index h = item % strips * rows; h < std::min(height, (item % strips + 1) * rows); ++h) {
            std::fill_n(row, width, S(0));
            for (Index k = 0; k < taps; ++k)
                if (const Index from = h + k - radius; from >= 0 && from < height)
                    assign(width, row, add(filter[k]), static_cast<const S*>(row), plane + from * width);
            S* const to = out + h * width;
            std::fill_n(to, width, S(0));
            for (Index k = 0; k < taps; ++k)
                assign(width, to, add(filter[k]), static_cast<const S*>(to), static_cast<const S*>(padded + k));
        }
    });
}

/// large(h, w) = scale * small(h / factor, w / factor), for one row of `width` values of the smaller maps
template <class S>
void replicate_row(const S* from, Index width, int factor, S scale, S* to) {
    for (int j = 0; j < factor; ++j)
        SteppedRow<S>(to + j, width, Eigen::InnerStride<>(factor)) = scale * ConstRow<S>(from, width);
    for (int copy = 1; copy < factor; ++copy) std::copy_n(to, width * factor, to + copy * width * factor);
}

/// small(h, w) = scale * sum of its factor x factor block, for one row
template <class S>
void sum_blocks_row(const S* from, Index width, int factor, S scale, S* to) {
    Row<S> sum(to, width);
    sum.setZero();
    for (int i = 0; i < factor; ++i)
        for (int j = 0; j < factor; ++j)
            sum += ConstSteppedRow<S>(from + i * width * factor + j, width, Eigen::InnerStride<>(factor));
    sum *= scale;
}

/// The largest of each 2x2 block of two rows.
template <class S>
void max_pool_row(const S* above, const S* below, Index columns, S* to) {
    const auto every_other = [&](const S* p) { return ConstSteppedRow<S>(p, columns, Eigen::InnerStride<>(2)); };
    Row<S>(to, columns) =
        every_other(above).max(every_other(below)).max(every_other(above + 1).max(every_other(below + 1)));
}

/// dy where a value is the first largest of its block, 0 elsewhere.
template <class S>
void max_pool_gradient_row(const S* above, const S* below, Index columns, const S* dy, S* dx_above, S* dx_below) {
    const Eigen::InnerStride<> two(2);
    const ConstSteppedRow<S> a(above, columns, two), b(above + 1, columns, two), d(below, columns, two),
        e(below + 1, columns, two);
    const ConstRow<S> g(dy, columns);
    const auto upper = a.max(b) >= d.max(e);
    const auto first_above = a >= b;
    const auto first_below = d >= e;
    SteppedRow<S>(dx_above, columns, two) = (upper && first_above).select(g, S(0));
    SteppedRow<S>(dx_above + 1, columns, two) = (upper && !first_above).select(g, S(0));
    SteppedRow<S>(dx_below, columns, two) = (!upper && first_below).select(g, S(0));
    SteppedRow<S>(dx_below + 1, columns, two) = (!upper && !first_below).select(g, S(0));
}

}  // namespace stylegan::ops::eigen
