// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/eigen.hpp>
#include <stylegan/core/view.hpp>

#include <algorithm>

/// Matrix products by Eigen, whose bits depend on nothing but the values.
///
/// Left alone, Eigen's product chooses its blocks by the sizes of the caches and the number of its threads, and sums the rows and
/// columns that are left over at an edge in another order than the others. Here it is called tile by tile: a tile's largest size is
/// known when it compiles, so Eigen asks for no cache and starts no thread (it does so for 33 rows and more), sums of many terms
/// are cut by us, and a tile is filled up to whole register panels, so that each sum is taken in the order of its index.
/// No setting of Eigen is read or changed.
namespace stylegan::ops::eigen {

/// The largest tile of a product, (rows, columns) of `depth` terms, and what its sizes are multiples of.
template <class S>
struct Tile {
    using Registers = Eigen::internal::gebp_traits<S, S>;
    static constexpr int rows = 32, columns = 192, depth = 128;
    static constexpr int row_step = Registers::nr, column_step = 48;
    static_assert(column_step % Registers::mr == 0 && rows % row_step == 0 && columns % column_step == 0,
                  "stylegan::ops::eigen::Tile: the register panels of this version of Eigen do not divide a tile");

    [[nodiscard]] static constexpr Index whole_rows(Index n) { return (n + row_step - 1) / row_step * row_step; }
    [[nodiscard]] static constexpr Index whole_columns(Index n) {
        return (n + column_step - 1) / column_step * column_step;
    }
    /// Columns of a tile where `n` columns are shared by `items` items or more.
    [[nodiscard]] static constexpr Index columns_of_an_item(Index n, Index items) {
        return std::clamp<Index>(whole_columns((n + items - 1) / items), column_step, columns);
    }
};

/// A matrix of at most MaxRows x MaxColumns in somebody else's memory; rows (or columns, if Order says so) lie `step` apart.
template <class S, int MaxRows, int MaxColumns, int Order = Eigen::RowMajor>
using TileMap =
    Eigen::Map<Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Order, MaxRows, MaxColumns>, 0, Eigen::OuterStride<>>;
template <class S, int MaxRows, int MaxColumns, int Order = Eigen::RowMajor>
using ConstTileMap = Eigen::Map<const Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Order, MaxRows, MaxColumns>, 0,
                                Eigen::OuterStride<>>;

/// The sizes of one tile's product.
struct TileSize {
    Index rows, columns, depth;
};

/// c += a^T b, for one tile.
/// @param a  (depth, rows), row-major, rows a_step apart
/// @param b  (depth, columns), row-major, rows b_step apart
/// @param c  (rows, columns), rows c_step apart
template <class S>
[[gnu::noinline]] void add_product(TileSize n, const S* a, Index a_step, const S* b, Index b_step, S* c, Index c_step) {
    using T = Tile<S>;
    const ConstTileMap<S, T::depth, T::rows> left(a, n.depth, n.rows, Eigen::OuterStride<>(a_step));
    const ConstTileMap<S, T::depth, T::columns> right(b, n.depth, n.columns, Eigen::OuterStride<>(b_step));
    TileMap<S, T::rows, T::columns>(c, n.rows, n.columns, Eigen::OuterStride<>(c_step)).noalias() +=
        left.transpose() * right;
}

/// The same where b is the transpose of what is in memory.
/// @param b  (columns, depth), row-major, rows b_step apart
template <class S>
[[gnu::noinline]] void add_product_with_transpose(TileSize n, const S* a, Index a_step, const S* b, Index b_step, S* c,
                                                  Index c_step) {
    using T = Tile<S>;
    const ConstTileMap<S, T::depth, T::rows> left(a, n.depth, n.rows, Eigen::OuterStride<>(a_step));
    const ConstTileMap<S, T::columns, T::depth> right(b, n.columns, n.depth, Eigen::OuterStride<>(b_step));
    TileMap<S, T::rows, T::columns>(c, n.rows, n.columns, Eigen::OuterStride<>(c_step)).noalias() +=
        left.transpose() * right.transpose();
}

/// c += a b^T, for one tile: the terms of a sum lie side by side in both.
/// @param a  (rows, depth), row-major, rows a_step apart
/// @param b  (columns, depth), row-major, rows b_step apart
template <class S>
[[gnu::noinline]] void add_product_of_rows(TileSize n, const S* a, Index a_step, const S* b, Index b_step, S* c,
                                           Index c_step) {
    using T = Tile<S>;
    const ConstTileMap<S, T::rows, T::depth> left(a, n.rows, n.depth, Eigen::OuterStride<>(a_step));
    const ConstTileMap<S, T::columns, T::depth> right(b, n.columns, n.depth, Eigen::OuterStride<>(b_step));
    TileMap<S, T::rows, T::columns>(c, n.rows, n.columns, Eigen::OuterStride<>(c_step)).noalias() +=
        left * right.transpose();
}

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

}  // namespace stylegan::ops::eigen
