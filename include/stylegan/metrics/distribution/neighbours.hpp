// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/metrics/distribution/feature_moments.hpp>
#include <stylegan/metrics/distribution/padded_matrix.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace stylegan {

namespace detail {

/// Rows [first, first + count) of features in double precision.
inline PaddedMatrix rows_between(Rows<const float> rows, Index first, Index count) {
    PaddedMatrix m(count, rows.extent(1));
    for (Index r = 0; r < count; ++r) std::copy_n(&rows(first + r, 0), rows.extent(1), m.row(r));
    return m;
}

/// The squared lengths of rows, each summed as a product of two rows is, so that equal rows have a distance of exactly 0.
inline std::vector<double> squared_lengths(Context<Cpu>& context, Rows<const float> x) {
    constexpr Index block = PaddedMatrix::tile_columns;
    std::vector<double> lengths(static_cast<std::size_t>(x.extent(0)));
    for (Index first = 0; first < x.extent(0); first += block) {
        const PaddedMatrix rows = rows_between(x, first, std::min(block, x.extent(0) - first));
        PaddedMatrix products(rows.rows(), rows.rows());
        add_product(context, Reading::as_stored, rows, Reading::transposed, rows, products);
        for (Index r = 0; r < rows.rows(); ++r) lengths[static_cast<std::size_t>(first + r)] = products(r, r);
    }
    return lengths;
}

/// Calls f(distances, i, j) for blocks of all pairs: distances(r, s) is that of row i + r of x and row j + s of y. Blocks
/// come one after the other, with i and then j ascending.
template <class F>
void for_each_block_of_distances(Context<Cpu>& context, Rows<const float> x, Rows<const float> y, const F& f) {
    constexpr Index block = 8 * PaddedMatrix::tile_columns;
    const std::vector<double> x_lengths = squared_lengths(context, x), y_lengths = squared_lengths(context, y);
    for (Index i = 0; i < x.extent(0); i += block) {
        const PaddedMatrix a = rows_between(x, i, std::min(block, x.extent(0) - i));
        for (Index j = 0; j < y.extent(0); j += block) {
            const PaddedMatrix b = rows_between(y, j, std::min(block, y.extent(0) - j));
            PaddedMatrix distances(a.rows(), b.rows());
            add_product(context, Reading::as_stored, a, Reading::transposed, b, distances);
            context.parallel_for(a.rows(), [&](Index r) {
                for (Index s = 0; s < b.rows(); ++s) {
                    const double squared = x_lengths[static_cast<std::size_t>(i + r)] - 2 * distances(r, s) +
                                           y_lengths[static_cast<std::size_t>(j + s)];
                    distances(r, s) = std::sqrt(std::max(0.0, squared));
                }
            });
            f(static_cast<const PaddedMatrix&>(distances), i, j);
        }
    }
}

}  // namespace detail

/// The distance of each row to its k-th nearest other row of the same set. Equal rows are neighbours at distance 0.
/// @param rows  (pictures, width)
/// @param k     at least 1, less than the number of pictures
/// @throws ValueError if k is out of range
[[nodiscard]] inline std::vector<double> neighbour_radii(Context<Cpu>& context, Rows<const float> rows, int k) {
    const Index n = rows.extent(0);
    if (k < 1 || k >= n)
        throw ValueError(text("neighbour_radii: k is ", k, ", expected 1 to ", n - 1, " for ", n, " pictures"));
    const auto keep = static_cast<std::size_t>(k) + 1;  // the row itself is at distance 0
    std::vector<std::vector<double>> nearest(static_cast<std::size_t>(n));
    detail::for_each_block_of_distances(
        context, rows, rows, [&](const detail::PaddedMatrix& distances, Index first, Index) {
            context.parallel_for(distances.rows(), [&](Index r) {
                std::vector<double>& kept =
                    nearest[static_cast<std::size_t>(first + r)];  // a heap, the farthest on top
                for (Index s = 0; s < distances.columns(); ++s) {
                    if (kept.size() == keep) {
                        if (distances(r, s) >= kept.front()) continue;
                        std::pop_heap(kept.begin(), kept.end());
                        kept.pop_back();
                    }
                    kept.push_back(distances(r, s));
                    std::push_heap(kept.begin(), kept.end());
                }
            });
        });
    std::vector<double> radii(nearest.size());
    for (std::size_t r = 0; r < radii.size(); ++r) radii[r] = nearest[r].front();
    return radii;
}

}  // namespace stylegan
