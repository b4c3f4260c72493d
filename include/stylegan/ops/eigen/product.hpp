// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/eigen.hpp>
#include <stylegan/core/view.hpp>

#include <algorithm>

/// Matrix products by Eigen, whose bits depend on nothing but the values.
///
/// Left alone, Eigen's product chooses its blocks by the sizes of the caches and the number of its threads, and sums
/// the rows and columns that are left over at an edge in another order than the others. So products are cut here: into
/// tiles whose largest size is known when they compile, for which Eigen asks for no cache; into blocks of Tile::depth
/// terms; filled up to whole register panels, so that each sum is taken in the order of its index. A tile is handed to
/// what stands behind Eigen's `c += a * b`, which knows no threads, rather than to the operator, which also compiles a
/// product for vectors and one for tiny matrices, neither of which could ever run. No setting of Eigen is read or
/// changed.
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

/// The sizes of one tile's product: multiples of Tile::row_step and Tile::column_step, and at most Tile::depth.
struct TileSize {
    Index rows, columns, depth;
};

/// c += a b, for one tile.
/// @tparam A  how a (rows, depth) lies in memory: by rows or by columns, which are a_step apart
/// @tparam B  how b (depth, columns) does
/// @param c   (rows, columns), by rows, c_step apart
template <Eigen::StorageOptions A, Eigen::StorageOptions B, class S>
[[gnu::noinline]] void add_product(TileSize n, const S* a, Index a_step, const S* b, Index b_step, S* c, Index c_step) {
    using T = Tile<S>;
    // Eigen's product writes columns: c^T += b^T a^T, where a matrix by rows is its transpose by columns
    constexpr auto turned = [](int order) { return order == Eigen::RowMajor ? Eigen::ColMajor : Eigen::RowMajor; };
    using Product = Eigen::internal::general_matrix_matrix_product<Index, S, turned(B), false, S, turned(A), false,
                                                                   Eigen::ColMajor, 1>;
    Eigen::internal::gemm_blocking_space<Eigen::ColMajor, S, S, T::columns, T::rows, T::depth, 1, true> panels(
        n.columns, n.rows, n.depth, 1, true);
    Product::run(n.columns, n.rows, n.depth, b, b_step, a, a_step, c, 1, c_step, S(1), panels, nullptr);
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
