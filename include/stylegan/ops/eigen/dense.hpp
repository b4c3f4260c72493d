// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/eigen/arrays.hpp>
#include <stylegan/ops/eigen/multiply.hpp>
#include <stylegan/ops/eigen/product.hpp>
#include <stylegan/ops/vector/scratch.hpp>

#include <algorithm>

/// Fully connected layers as products by Eigen. The rows of a tile are samples, padded with zeros to Tile::row_step, so
/// that a single sample is computed by the same product as many.
namespace stylegan::ops::eigen {

/// y = scale * x w, or scale * x w^T.
/// @tparam Transposed  w is (O, I) in memory
/// @param x (N, I)
/// @param w (I, O), or (O, I)
/// @param y (N, O), overwritten
template <bool Transposed, class S>
void dense(Context<BasicCpu<S>>& c, Rows<const S> x, View<const S, 2> w, S scale, Rows<S> y) {
    if (y.size() == 0) return;
    const Index outputs = y.extent(1);
    const RowBlocks<S> layout(x.extent(0), x.extent(1));
    const Workspace::Frame frame(c.workspace());
    S* const rows = c.workspace().template take<S>(layout.size());
    std::fill_n(rows, layout.size(), S(0));
    for (Index n = 0; n < layout.rows; ++n)
        for (Index i = 0; i < layout.depth; ++i) rows[layout.at(n, i)] = x(n, i);
    multiply<Transposed>(
        c, layout, rows, w.extent(1), outputs,
        [&](Index k, Index first) { return Transposed ? &w(first, k) : &w(k, first); },
        [&](Index n, Index first, Index count, const S* sums) {
            assign(
                count, y.data + n * outputs + first, [scale](const auto& s) { return scale * s; }, sums);
        });
}

/// dw += scale * x^T dy. An item is some rows of dw.
/// @param x  (N, I)
/// @param dy (N, O)
/// @param dw (I, O), added to
template <class S>
void dense_weight_gradient(Context<BasicCpu<S>>& c, Rows<const S> x, Rows<const S> dy, S scale, View<S, 2> dw) {
    using T = Tile<S>;
    const Index batch = x.extent(0), inputs = dw.extent(0), outputs = dw.extent(1);
    if (batch == 0) return;
    const Workspace::Frame frame(c.workspace());
    const Index x_step = T::whole_rows(inputs), dy_step = T::whole_columns(outputs);
    S* const xs = c.workspace().template take<S>(batch * x_step);
    S* const dys = c.workspace().template take<S>(batch * dy_step);
    copy_filled_up(x.data, inputs, batch, inputs, xs, batch, x_step);
    copy_filled_up(dy.data, outputs, batch, outputs, dys, batch, dy_step);
    const Index items = (inputs + T::rows - 1) / T::rows;
    parallel_for_with_scratch(c, items, Index{T::rows} * T::columns, [&](Index item, S* sum) {
        const Index i0 = item * T::rows, rows = std::min<Index>(T::rows, inputs - i0);
        for (Index o = 0; o < outputs; o += T::columns) {
            const Index columns = std::min<Index>(T::columns, outputs - o);
            std::fill_n(sum, T::rows * T::columns, S(0));
            for (Index n = 0; n < batch; n += T::depth)
                add_product<Eigen::ColMajor, Eigen::RowMajor>(
                    {T::whole_rows(rows), T::whole_columns(columns), std::min<Index>(T::depth, batch - n)},
                    xs + n * x_step + i0, x_step, dys + n * dy_step + o, dy_step, sum, Index{T::columns});
            for (Index i = 0; i < rows; ++i) {
                S* const to = dw.data + (i0 + i) * outputs + o;
                assign(
                    columns, to, [scale](const auto& d, const auto& s) { return d + scale * s; },
                    static_cast<const S*>(to), static_cast<const S*>(sum + i * T::columns));
            }
        }
    });
}

}  // namespace stylegan::ops::eigen
