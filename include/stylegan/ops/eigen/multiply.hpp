// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/eigen/product.hpp>
#include <stylegan/ops/vector/scratch.hpp>

#include <algorithm>

namespace stylegan::ops::eigen {

/// The left matrix of multiply(), transposed and in blocks of rows: value (n, k) of (rows, depth) is at
/// ((n / Tile::rows) * depth + k) * step + n % Tile::rows. Missing rows up to `step` are zeros.
template <class S>
struct RowBlocks {
    Index rows, depth;
    Index step;  ///< rows of a block, a multiple of Tile::row_step

    RowBlocks(Index number, Index terms)
        : rows(number), depth(terms), step(Tile<S>::whole_rows(std::min<Index>(number, Tile<S>::rows))) {}

    [[nodiscard]] Index blocks() const { return (rows + Tile<S>::rows - 1) / Tile<S>::rows; }
    [[nodiscard]] Index size() const { return blocks() * depth * step; }
    [[nodiscard]] Index at(Index row, Index k) const {
        return (row / Tile<S>::rows * depth + k) * step + row % Tile<S>::rows;
    }
};

/// (rows, depth) times w, for few rows: threads share the columns of w; each block of rows reads w once.
/// @tparam Transposed  the tiles of w are (columns, depth) in memory, else (depth, columns); rows w_step apart
/// @param a      as `layout` says
/// @param at     at(k, column) is the address of the tile of w at row k (a multiple of Tile::depth) and that column
/// @param write  write(row, first, count, sums) stores `count` results of a row, from column `first` on
template <bool Transposed, class S, class At, class F>
void multiply(Context<BasicCpu<S>>& c, const RowBlocks<S>& layout, const S* a, Index w_step, Index outputs,
              const At& at, const F& write) {
    using T = Tile<S>;
    const Index width = T::columns_of_an_item(outputs, 2 * c.threads()), items = (outputs + width - 1) / width;
    constexpr Index step = T::column_step, sum_step = T::columns;
    parallel_for_with_scratch(c, items, layout.step * sum_step + T::depth * step, [&](Index item, S* sum) {
        S* const edge = sum + layout.step * sum_step;
        const Index first = item * width, columns = std::min(width, outputs - first), whole = columns / step * step;
        for (Index n0 = 0; n0 < layout.rows; n0 += T::rows) {
            const Index rows = std::min<Index>(T::rows, layout.rows - n0);
            std::fill_n(sum, layout.step * sum_step, S(0));
            for (Index k = 0; k < layout.depth; k += T::depth) {
                const Index depth = std::min<Index>(T::depth, layout.depth - k);
                const auto add = [&](Index n, const S* b, Index b_step, S* to) {
                    add_product<Eigen::ColMajor, Transposed ? Eigen::ColMajor : Eigen::RowMajor>(
                        {T::whole_rows(rows), n, depth}, a + layout.at(n0, k), layout.step, b, b_step, to, sum_step);
                };
                const S* const b = at(k, first);
                if (whole > 0) add(whole, b, w_step, sum);
                if (whole == columns) continue;
                if constexpr (Transposed)
                    copy_filled_up(b + whole * w_step, w_step, columns - whole, depth, edge, step, depth);
                else
                    copy_filled_up(b + whole, w_step, depth, columns - whole, edge, depth, step);
                add(step, edge, Transposed ? depth : step, sum + whole);
            }
            for (Index n = 0; n < rows; ++n) write(n0 + n, first, columns, static_cast<const S*>(sum + n * sum_step));
        }
    });
}

}  // namespace stylegan::ops::eigen
