// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/eigen/arrays.hpp>
#include <stylegan/ops/eigen/product.hpp>
#include <stylegan/ops/scratch.hpp>

#include <algorithm>

/// Fully connected layers as products by Eigen. The batch is the rows of a tile, filled up with zeros to Tile::row_step, so that
/// one sample alone goes through the same product as many.
namespace stylegan::ops::eigen {

/// to = from, with zeros in the rows and columns that `from` does not have.
/// @param from  (rows, columns), rows `step` apart
/// @param to    (all_rows, all_columns), rows all_columns apart
template <class S>
void copy_filled_up(const S* from, Index step, Index rows, Index columns, S* to, Index all_rows, Index all_columns) {
    for (Index r = 0; r < all_rows; ++r, to += all_columns) {
        const Index here = r < rows ? columns : 0;
        std::copy_n(from + r * step, here, to);
        std::fill_n(to + here, all_columns - here, S(0));
    }
}

/// y = scale * x w, or scale * x w^T. An item is some columns of y for all samples.
/// @tparam Transposed  w is (O, I) in memory
/// @param x (N, I)
/// @param w (I, O), or (O, I)
/// @param y (N, O), overwritten
template <bool Transposed, class S>
void dense(Context<BasicCpu<S>>& c, Rows<const S> x, View<const S, 2> w, S scale, Rows<S> y) {
    using T = Tile<S>;
    const Index batch = x.extent(0), inputs = x.extent(1), outputs = y.extent(1);
    if (y.size() == 0) return;

    const Workspace::Frame frame(c.workspace());
    const Index blocks = (batch + T::rows - 1) / T::rows, samples = T::whole_rows(std::min<Index>(batch, T::rows));
    S* const transposed = c.workspace().template take<S>(blocks * inputs * samples);  // x: (blocks, I, samples)
    std::fill_n(transposed, blocks * inputs * samples, S(0));
    for (Index n = 0; n < batch; ++n)
        for (Index i = 0; i < inputs; ++i) transposed[(n / T::rows * inputs + i) * samples + n % T::rows] = x(n, i);

    const Index width = T::columns_of_an_item(outputs, 2 * c.threads()), items = (outputs + width - 1) / width;
    constexpr Index step = T::column_step, sum_step = T::columns;
    parallel_for_with_scratch(c, items, samples * sum_step + T::depth * step, [&](Index item, S* sum) {
        S* const edge = sum + samples * sum_step;
        const Index first = item * width, columns = std::min(width, outputs - first), whole = columns / step * step;
        for (Index n0 = 0; n0 < batch; n0 += T::rows) {
            const Index rows = std::min<Index>(T::rows, batch - n0);
            std::fill_n(sum, samples * sum_step, S(0));
            for (Index k = 0; k < inputs; k += T::depth) {
                const Index depth = std::min<Index>(T::depth, inputs - k);
                const S* const a = transposed + (n0 / T::rows * inputs + k) * samples;
                const auto add = [&](Index n, const S* b, Index b_step, S* to) {
                    const TileSize size{T::whole_rows(rows), n, depth};
                    if constexpr (Transposed)
                        add_product_with_transpose(size, a, samples, b, b_step, to, sum_step);
                    else
                        add_product(size, a, samples, b, b_step, to, sum_step);
                };
                const S* const b = Transposed ? w.data + first * inputs + k : w.data + k * outputs + first;
                if (whole > 0) add(whole, b, Transposed ? inputs : outputs, sum);
                if (whole == columns) continue;
                if constexpr (Transposed)
                    copy_filled_up(b + whole * inputs, inputs, columns - whole, depth, edge, step, depth);
                else
                    copy_filled_up(b + whole, outputs, depth, columns - whole, edge, depth, step);
                add(step, edge, Transposed ? depth : step, sum + whole);
            }
            for (Index n = 0; n < rows; ++n)
                assign(columns, y.data + (n0 + n) * outputs + first, [scale](const auto& s) { return scale * s; },
                       static_cast<const S*>(sum + n * sum_step));
        }
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
                add_product({T::whole_rows(rows), T::whole_columns(columns), std::min<Index>(T::depth, batch - n)},
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
