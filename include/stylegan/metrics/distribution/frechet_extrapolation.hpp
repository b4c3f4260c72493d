// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/permutation.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/metrics/distribution/feature_moments.hpp>
#include <stylegan/metrics/distribution/frechet_distance.hpp>
#include <stylegan/metrics/distribution/frechet_uncertainty.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace stylegan {

/// Options of extrapolate_frechet_distance().
struct FrechetExtrapolationOptions {
    int subsets = 15;                 ///< points of the regression
    std::uint64_t seed = 0;           ///< of the subsets
    Sampled sampled = Sampled::both;  ///< as in frechet_standard_error()
};

/// The Fréchet distance for infinitely many pictures, and the points it was found from.
struct FrechetExtrapolation {
    double value = 0;                 ///< where the line meets 1/N = 0
    double standard_error = 0;        ///< of the value
    double slope = 0;                 ///< of the distance against 1/N: the bias times N
    std::vector<Index> counts{};      ///< N of each subset
    std::vector<double> distances{};  ///< of each subset
};

namespace detail {

/// Weights with which points (x, y) add up to where their line of least squares meets x = 0.
inline std::vector<double> intercept_weights(const std::vector<double>& x) {
    const double n = static_cast<double>(x.size());
    double mean = 0, squares = 0;
    for (const double v : x) mean += v / n;
    for (const double v : x) squares += (v - mean) * (v - mean);
    std::vector<double> weights;
    weights.reserve(x.size());
    for (const double v : x) weights.push_back(1 / n - mean * (v - mean) / squares);
    return weights;
}

/// Rows of features, in the order of a seed. @param subset  the number of the subset
inline std::vector<Index> drawn_rows(std::uint64_t seed, std::uint64_t subset, Index count, Index of) {
    const Permutation order(seed, subset, static_cast<std::uint64_t>(of), Purpose::metric);
    std::vector<Index> rows(static_cast<std::size_t>(count));
    for (std::size_t r = 0; r < rows.size(); ++r) rows[r] = static_cast<Index>(order(r));
    return rows;
}

}  // namespace detail

/// The smallest number of pictures that extrapolate_frechet_distance() takes.
[[nodiscard]] inline Index fewest_to_extrapolate(Index width) { return 5 * width; }

/// FID without the bias of few pictures. The distance of N pictures is about a constant over N above that of infinitely
/// many. It is computed for subsets of x of several N, from a tenth of the pictures (at least 5/2 of the number of
/// features) to all, evenly spaced. A line of least squares over 1/N gives the value at 1/N = 0. With fewer pictures
/// the distance is no straight line over 1/N. The pictures of y stay the same: the result has the bias that is due to
/// their number.
///
/// The standard error is how far the value would move with other pictures: that of frechet_standard_error(), with the
/// weights that subsets and line give each picture; at least that of the line through the points.
/// @param x,y  features, (pictures, width)
/// @throws ShapeError if the widths differ; ValueError for fewer than fewest_to_extrapolate() pictures of x or than 2
///         of y, fewer than 3 subsets, or values that are not finite
/// @see Chong, Forsyth, "Effectively Unbiased FID and Inception Score and where to find them" (2020)
[[nodiscard]] inline FrechetExtrapolation extrapolate_frechet_distance(Context<Cpu>& context, Rows<const float> x,
                                                                       Rows<const float> y,
                                                                       FrechetExtrapolationOptions options = {}) {
    const Index all = x.extent(0), width = x.extent(1);
    if (all < fewest_to_extrapolate(width))
        throw ValueError(text("FID of infinitely many pictures: there are ", all, " pictures, expected at least ",
                              fewest_to_extrapolate(width), ", five times as many as the ", width, " features"));
    if (options.subsets < 3)
        throw ValueError(
            text("FID of infinitely many pictures: subsets is ", options.subsets, ", expected at least 3"));
    const FeatureMoments of_x = moments_of(context, x), of_y = moments_of(context, y);
    const Index fewest = std::max(all / 10, width * 5 / 2);
    FrechetExtrapolation e;
    std::vector<double> inverse;
    std::vector<std::vector<Index>> drawn;
    for (int s = 0; s < options.subsets; ++s) {
        const Index count = fewest + (all - fewest) * s / (options.subsets - 1);
        drawn.push_back(detail::drawn_rows(options.seed, static_cast<std::uint64_t>(s), count, all));
        FeatureMoments moments(width);
        for (const Index r : drawn.back()) moments.add(context, x.part(r, 1));
        e.counts.push_back(count);
        e.distances.push_back(frechet_distance(context, moments, of_y));
        inverse.push_back(1 / static_cast<double>(count));
    }
    const std::vector<double> weights = detail::intercept_weights(inverse);
    std::vector<double> share(static_cast<std::size_t>(all));  // of each picture in the value
    double mean = 0, mean_distance = 0;
    for (std::size_t s = 0; s < drawn.size(); ++s) {
        e.value += weights[s] * e.distances[s];
        mean += inverse[s] / static_cast<double>(drawn.size());
        mean_distance += e.distances[s] / static_cast<double>(drawn.size());
        for (const Index r : drawn[s]) share[static_cast<std::size_t>(r)] += weights[s] * inverse[s];
    }
    e.slope = (mean_distance - e.value) / mean;
    double shares = 0, left = 0, squares = 0;
    for (const double a : share) shares += a * a;
    for (std::size_t s = 0; s < drawn.size(); ++s) {
        left += std::pow(e.distances[s] - e.value - e.slope * inverse[s], 2);
        squares += weights[s] * weights[s];
    }
    // The error of the whole set is that of equal shares, 1/N each.
    const double of_first = frechet_standard_error(context, x, of_x, y, of_y, Sampled::first);
    double variance = of_first * of_first * static_cast<double>(all) * shares;
    if (options.sampled == Sampled::both) {
        const double of_both = frechet_standard_error(context, x, of_x, y, of_y, Sampled::both);
        variance += of_both * of_both - of_first * of_first;
    }
    const double of_line = left / static_cast<double>(drawn.size() - 2) * squares;
    e.standard_error = std::sqrt(std::max(variance, of_line));
    return e;
}

}  // namespace stylegan
