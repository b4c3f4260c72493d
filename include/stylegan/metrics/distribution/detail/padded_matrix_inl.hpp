// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/metrics/distribution/padded_matrix.hpp>
#include <stylegan/ops/eigen/product.hpp>

#include <algorithm>

namespace stylegan::detail {

template <Reading A, Reading B>
void add_product_as(Context<Cpu>& context, const PaddedMatrix& a, const PaddedMatrix& b, PaddedMatrix& c, Part part) {
    using T = ops::eigen::Tile<double>;
    static_assert(T::rows == PaddedMatrix::tile_rows && T::columns == PaddedMatrix::tile_columns);
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

STYLEGAN_INLINE void add_product(Context<Cpu>& context, Reading a_reading, const PaddedMatrix& a, Reading b_reading,
                                 const PaddedMatrix& b, PaddedMatrix& c, Part part) {
    constexpr Reading stored = Reading::as_stored, turned = Reading::transposed;
    if (a_reading == stored)
        b_reading == stored ? add_product_as<stored, stored>(context, a, b, c, part)
                            : add_product_as<stored, turned>(context, a, b, c, part);
    else
        b_reading == stored ? add_product_as<turned, stored>(context, a, b, c, part)
                            : add_product_as<turned, turned>(context, a, b, c, part);
}

}  // namespace stylegan::detail
