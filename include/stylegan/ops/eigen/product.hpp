// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/eigen.hpp>
#include <stylegan/core/view.hpp>

#include <algorithm>

/// Matrix products by Eigen whose bits depend on the values alone.
///
/// By itself, Eigen chooses blocks by the sizes of the caches and the number of threads, and sums the remaining rows
/// and columns at an edge in another order than the others. So products are cut here: into tiles of a maximum size
/// known at compile time, for which Eigen queries no cache; into blocks of Tile::depth terms; padded to whole register
/// panels, so that each sum is taken in the order of its index. A tile is passed to the function behind Eigen's `c += a
/// * b`, which uses no threads. The operator itself would also compile products for vectors and tiny matrices that
/// never run. No setting of Eigen is read or changed.
namespace stylegan::ops::eigen {

/// The largest tile of a product, (rows, columns) of `depth` terms, and the steps of its sizes.
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
    /// Columns of a tile if `n` columns are shared by at least `items` items.
    [[nodiscard]] static constexpr Index columns_of_an_item(Index n, Index items) {
        return std::clamp<Index>(whole_columns((n + items - 1) / items), column_step, columns);
    }
};

/// The sizes of one tile's product: multiples of Tile::row_step and Tile::column_step, and at most Tile::depth.
struct TileSize {
    Index rows, columns, depth;
};

/// c += a b, for one tile.
/// @tparam A  storage order of a (rows, depth), whose rows or columns are a_step apart
/// @tparam B  storage order of b (depth, columns)
/// @param c   (rows, columns), row-major, rows c_step apart
template <Eigen::StorageOptions A, Eigen::StorageOptions B, class S>
[[gnu::noinline]] void add_product(TileSize n, const S* a, Index a_step, const S* b, Index b_step, S* c, Index c_step) {
    using T = Tile<S>;
    // Eigen's product is column-major: c^T += b^T a^T, where a row-major matrix is its transpose
    constexpr auto turned = [](int order) { return order == Eigen::RowMajor ? Eigen::ColMajor : Eigen::RowMajor; };
    using Product = Eigen::internal::general_matrix_matrix_product<Index, S, turned(B), false, S, turned(A), false,
                                                                   Eigen::ColMajor, 1>;
    Eigen::internal::gemm_blocking_space<Eigen::ColMajor, S, S, T::columns, T::rows, T::depth, 1, true> panels(
        n.columns, n.rows, n.depth, 1, true);
    Product::run(n.columns, n.rows, n.depth, b, b_step, a, a_step, c, 1, c_step, S(1), panels, nullptr);
}

/// to = from, padded with zero rows and columns.
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
