// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/permutation.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/metrics/distribution/feature_moments.hpp>
#include <stylegan/metrics/distribution/padded_matrix.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace stylegan {

namespace detail {

/// Rows of features in double precision. @param numbers  which rows, in this order
inline PaddedMatrix chosen_rows(Rows<const float> rows, std::span<const Index> numbers) {
    PaddedMatrix m(static_cast<Index>(numbers.size()), rows.extent(1));
    for (std::size_t r = 0; r < numbers.size(); ++r)
        std::copy_n(&rows(numbers[r], 0), rows.extent(1), m.row(static_cast<Index>(r)));
    return m;
}

/// The sum of k(a_i, b_j) = (a_i . b_j / width + 1)^3 over all pairs, or, for a set with itself, over those with i != j.
inline double kernel_sum(Context<Cpu>& context, const PaddedMatrix& a, const PaddedMatrix& b, bool without_diagonal) {
    PaddedMatrix products(a.rows(), b.rows());
    add_product(context, Reading::as_stored, a, Reading::transposed, b, products);
    const double width = static_cast<double>(a.columns());
    std::vector<double> sums(static_cast<std::size_t>(a.rows()));
    context.parallel_for(a.rows(), [&](Index i) {
        double sum = 0;
        for (Index j = 0; j < b.rows(); ++j) {
            const double k = products(i, j) / width + 1;
            if (!without_diagonal || i != j) sum += k * k * k;
        }
        sums[static_cast<std::size_t>(i)] = sum;
    });
    return std::accumulate(sums.begin(), sums.end(), 0.0);
}

}  // namespace detail

/// The squared maximum mean discrepancy of two sets of features, with the kernel (x . y / width + 1)^3. The estimate is
/// unbiased: about 0 for equal distributions, and as often below as above it.
/// @param x  (pictures, width)
/// @param y  (pictures, width)
/// @param x_numbers  the rows of x that count, at least 2
/// @param y_numbers  the rows of y that count, at least 2
/// @throws ShapeError if the widths differ, ValueError for fewer than 2 pictures
/// @see Bińkowski et al., "Demystifying MMD GANs" (2018)
[[nodiscard]] inline double kernel_distance(Context<Cpu>& context, Rows<const float> x, Rows<const float> y,
                                            std::span<const Index> x_numbers, std::span<const Index> y_numbers) {
    require_equal("kernel_distance", "number of features of the second set", y.extent(1), x.extent(1));
    if (x_numbers.size() < 2 || y_numbers.size() < 2)
        throw ValueError(text("kernel_distance: there are ", std::min(x_numbers.size(), y_numbers.size()),
                              " pictures, expected at least 2"));
    const detail::PaddedMatrix a = detail::chosen_rows(x, x_numbers), b = detail::chosen_rows(y, y_numbers);
    const double n = static_cast<double>(a.rows()), m = static_cast<double>(b.rows());
    return detail::kernel_sum(context, a, a, true) / (n * (n - 1)) +
           detail::kernel_sum(context, b, b, true) / (m * (m - 1)) -
           2 * detail::kernel_sum(context, a, b, false) / (n * m);
}

/// Options of estimate_kernel_distance().
struct KernelDistanceOptions {
    Index subsets = 100;     ///< number of subsets
    Index most = 1000;       ///< most pictures in a subset; at most half of the smaller set
    std::uint64_t seed = 0;  ///< of the choice of subsets
};

/// KID and its uncertainty.
struct KernelDistanceEstimate {
    double mean = 0;            ///< KID: the mean over the subsets
    double deviation = 0;       ///< standard deviation of the subsets, divided by their number
    double standard_error = 0;  ///< how far the mean would move with other pictures, from the subsets (jackknife)
    Index subsets = 0;          ///< number of subsets
    Index subset = 0;           ///< pictures of each set in a subset
};

/// KID: the mean of kernel_distance() over random subsets, in which no picture occurs twice.
/// @param x  features of generated pictures, (pictures, width)
/// @param y  features of real pictures, (pictures, width)
/// @throws ShapeError if the widths differ; ValueError for fewer than 4 pictures or 2 subsets, or values that are not
///         finite
[[nodiscard]] inline KernelDistanceEstimate estimate_kernel_distance(Context<Cpu>& context, Rows<const float> x,
                                                                     Rows<const float> y,
                                                                     const KernelDistanceOptions& options = {}) {
    if (options.subsets < 2 || options.most < 2)
        throw ValueError(
            text("KID: ", options.subsets, " subsets of ", options.most, " pictures, expected at least 2 of 2"));
    require_features("KID", x, x.extent(1));
    require_features("KID", y, x.extent(1));
    KernelDistanceEstimate e;
    e.subsets = options.subsets;
    const Index smaller = std::min(x.extent(0), y.extent(0));
    if (smaller < 4) throw ValueError(text("KID: there are ", smaller, " pictures, expected at least 4"));
    e.subset = std::min(smaller / 2, options.most);  // subsets of nearly the whole would hardly differ
    std::vector<double> values;
    for (Index s = 0; s < options.subsets; ++s) {
        const auto drawn = [&](Index of, Index set) {
            const Permutation order(options.seed, static_cast<std::uint64_t>(2 * s + set),
                                    static_cast<std::uint64_t>(of), Purpose::metric);
            std::vector<Index> rows(static_cast<std::size_t>(e.subset));
            for (std::size_t r = 0; r < rows.size(); ++r) rows[r] = static_cast<Index>(order(r));
            return rows;
        };
        const std::vector<Index> a = drawn(x.extent(0), 0), b = drawn(y.extent(0), 1);
        values.push_back(kernel_distance(context, x, y, a, b));
    }
    const double n = static_cast<double>(values.size());
    e.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
    double squares = 0;
    for (const double v : values) squares += (v - e.mean) * (v - e.mean);
    e.deviation = std::sqrt(squares / n);
    // Subsets of r out of N pictures vary (N - r) / r times as much as whole sets do (Shao, Wu, 1989: delete-d jackknife).
    const double r = static_cast<double>(e.subset), left = static_cast<double>(smaller - e.subset);
    e.standard_error = std::sqrt(squares / (n - 1) * (r / left + 1 / n));
    return e;
}

}  // namespace stylegan
