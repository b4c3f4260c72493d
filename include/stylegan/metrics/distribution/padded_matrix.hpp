// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/eigen.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/eigen/product.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace stylegan::detail {

/// A row-major matrix in double precision, with zeros around it up to whole tiles of a product. Products of such
/// matrices have the same bits for any number of threads, since each sum is taken in the order of its index.
class PaddedMatrix {
public:
    using Tile = ops::eigen::Tile<double>;

    PaddedMatrix() = default;
    /// Zeros.
    PaddedMatrix(Index rows, Index columns)
        : rows_(rows),
          columns_(columns),
          all_rows_(whole(rows)),
          step_(whole(columns)),
          values_(static_cast<std::size_t>(all_rows_ * step_)) {}

    [[nodiscard]] Index rows() const { return rows_; }
    [[nodiscard]] Index columns() const { return columns_; }
    /// Values from one row to the next.
    [[nodiscard]] Index step() const { return step_; }
    /// Rows and those that fill up the last tile.
    [[nodiscard]] Index all_rows() const { return all_rows_; }

    [[nodiscard]] double* row(Index r) { return values_.data() + r * step_; }
    [[nodiscard]] const double* row(Index r) const { return values_.data() + r * step_; }
    [[nodiscard]] double& operator()(Index r, Index c) { return row(r)[c]; }
    [[nodiscard]] double operator()(Index r, Index c) const { return row(r)[c]; }

    /// The matrix as Eigen sees it, without the zeros around.
    using Map = Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>, 0,
                           Eigen::OuterStride<Eigen::Dynamic>>;
    [[nodiscard]] Map map() { return {values_.data(), rows_, columns_, Eigen::OuterStride<Eigen::Dynamic>(step_)}; }

    void fill_with_zeros() { std::fill(values_.begin(), values_.end(), 0.0); }

private:
    /// A multiple of a tile's columns is one of its rows, too.
    static_assert(Tile::columns % Tile::rows == 0);
    static Index whole(Index n) { return (n + Tile::columns - 1) / Tile::columns * Tile::columns; }

    Index rows_ = 0, columns_ = 0, all_rows_ = 0, step_ = 0;
    std::vector<double> values_;
};

/// How a product reads its left and its right matrix.
enum class Reading { as_stored, transposed };

/// Which part of a product is computed.
enum class Part { all, upper };

/// c += a b, with either matrix transposed. Rows and columns that fill up tiles stay zero.
/// @param part  Part::upper for a symmetric c: only tiles that reach to the diagonal or above it
template <Reading A, Reading B>
void add_product(Context<Cpu>& context, const PaddedMatrix& a, const PaddedMatrix& b, PaddedMatrix& c,
                 Part part = Part::all) {
    using T = PaddedMatrix::Tile;
    constexpr auto order = [](Reading r) { return r == Reading::as_stored ? Eigen::RowMajor : Eigen::ColMajor; };
    const Index depth = A == Reading::as_stored ? a.columns() : a.rows();
    const auto at = [](const PaddedMatrix& m, Reading r, Index row, Index column) {
        return r == Reading::as_stored ? m.row(row) + column : m.row(column) + row;
    };
    context.parallel_for(c.all_rows() / T::rows, [&](Index item) {
        const Index i = item * T::rows;
        const Index from = part == Part::upper ? i / T::columns * T::columns : 0;
        for (Index j = from; j < c.step(); j += T::columns)
            for (Index k = 0; k < depth; k += T::depth)
                ops::eigen::add_product<order(A), order(B)>({T::rows, T::columns, std::min<Index>(T::depth, depth - k)},
                                                            at(a, A, i, k), a.step(), at(b, B, k, j), b.step(),
                                                            c.row(i) + j, c.step());
    });
}

}  // namespace stylegan::detail
