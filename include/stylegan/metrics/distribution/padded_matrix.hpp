// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/compiled.hpp>
#include <stylegan/core/eigen.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace stylegan::detail {

/// A row-major matrix in double precision, with zeros around it up to whole tiles of a product. Products of such
/// matrices have the same bits for any number of threads, since each sum is taken in the order of its index.
class PaddedMatrix {
public:
    /// Rows and columns of the tiles of a product.
    static constexpr Index tile_rows = 32, tile_columns = 192;

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
    static Index whole(Index n) { return (n + tile_columns - 1) / tile_columns * tile_columns; }

    Index rows_ = 0, columns_ = 0, all_rows_ = 0, step_ = 0;
    std::vector<double> values_;
};

/// How a product reads its left and its right matrix.
enum class Reading { as_stored, transposed };

/// Which part of a product is computed.
enum class Part { all, upper };

/// c += a b, with either matrix transposed. Rows and columns that fill up tiles stay zero.
/// @param part  Part::upper for a symmetric c: only tiles that reach to the diagonal or above it
STYLEGAN_INLINE void add_product(Context<Cpu>& context, Reading a_reading, const PaddedMatrix& a, Reading b_reading,
                                 const PaddedMatrix& b, PaddedMatrix& c, Part part = Part::all);

}  // namespace stylegan::detail

#ifndef STYLEGAN_COMPILED
#include <stylegan/metrics/distribution/detail/padded_matrix_inl.hpp>
#endif
