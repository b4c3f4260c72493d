// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/philox.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

namespace stylegan {

/// Which distances count: those from the 1st percentile to the 99th, both ends included. Where a percentile falls between
/// two distances it is the outer one, as NumPy's percentile() with "lower" for the first and "higher" for the last.
struct PathRejection {
    double lowest = 0, highest = 0;

    /// The ranks, from 0, of the two percentiles among n distances in order.
    [[nodiscard]] static std::pair<std::size_t, std::size_t> ranks(std::size_t n) {
        const double last = static_cast<double>(n - 1);
        return {static_cast<std::size_t>(std::floor(0.01 * last)), static_cast<std::size_t>(std::ceil(0.99 * last))};
    }

    /// @param sorted  in rising order, at least one
    [[nodiscard]] static PathRejection of_sorted(const std::vector<double>& sorted) {
        const auto [low, high] = ranks(sorted.size());
        return {sorted[low], sorted[high]};
    }

    [[nodiscard]] bool keeps(double distance) const { return distance >= lowest && distance <= highest; }
};

/// Fewest samples of which an interval is told. With fewer, resampling says nothing of what was not sampled.
inline constexpr std::size_t fewest_for_interval = 10;

/// The path length from the distances of its samples, and how certain it is.
struct PathEstimate {
    double mean = 0;  ///< of the distances that are kept: the path length
    /// Of the mean, by the bootstrap; none below fewest_for_interval samples.
    std::optional<double> standard_error{};
    /// Contains the path length of infinitely many samples with 95 % probability; none below fewest_for_interval samples.
    std::optional<std::array<double, 2>> interval{};
    std::size_t samples = 0;    ///< number of distances
    std::size_t rejected = 0;   ///< number of them outside the percentiles
    PathRejection rejection{};  ///< the percentiles

    /// Whether both ends of the interval are within this fraction of the mean.
    [[nodiscard]] bool within(double precision) const {
        return interval && std::max((*interval)[1] - mean, mean - (*interval)[0]) <= precision * mean;
    }
};

namespace detail {

/// Mean of those that the rule keeps, and their number.
inline std::pair<double, std::size_t> kept_mean(const std::vector<double>& sorted, const PathRejection& rule) {
    const auto first = std::lower_bound(sorted.begin(), sorted.end(), rule.lowest);
    const auto last = std::upper_bound(first, sorted.end(), rule.highest);
    const auto count = static_cast<std::size_t>(last - first);
    return {std::accumulate(first, last, 0.0) / static_cast<double>(count), count};
}

/// What the samples would have given, had chance picked others: as many of them, drawn with replacement, put through the
/// same rule of rejection.
inline double resampled_mean(const std::vector<double>& sorted, const RandomStream& random,
                             std::vector<std::uint32_t>& counts) {
    const std::size_t n = sorted.size();
    std::fill(counts.begin(), counts.end(), 0);
    for (std::size_t i = 0; i < n; ++i) ++counts[static_cast<std::size_t>(random.below(i, n))];
    const auto [low, high] = PathRejection::ranks(n);
    std::size_t before = 0, first = 0, last = 0;
    for (std::size_t i = 0; i < n; before += counts[i++]) {
        if (before <= low && low < before + counts[i]) first = i;
        if (before <= high && high < before + counts[i]) last = i;
    }
    while (first > 0 && sorted[first - 1] == sorted[first]) --first;  // equal ones are kept together
    while (last + 1 < n && sorted[last + 1] == sorted[last]) ++last;
    double sum = 0, kept = 0;
    for (std::size_t i = first; i <= last; ++i) {
        sum += counts[i] * sorted[i];
        kept += counts[i];
    }
    return sum / kept;
}

}  // namespace detail

/// Rejects, averages, and measures by the bootstrap how far chance may have carried the result.
/// @param distances  of the samples, at least one
/// @param replicates of the bootstrap
/// @throws ValueError if there are no distances, or one is no number
/// @see Efron, "Bootstrap methods: another look at the jackknife" (1979); the interval is the percentile method's
[[nodiscard]] inline PathEstimate estimate_path_length(const std::vector<double>& distances, std::uint64_t seed = 0,
                                                       int replicates = 1000) {
    if (distances.empty()) throw ValueError("path length: there are no samples, expected at least 1");
    for (std::size_t i = 0; i < distances.size(); ++i)
        if (!std::isfinite(distances[i]))
            throw ValueError(
                text("path length: the distance of sample ", i, " is ", distances[i], ", expected a number"));
    std::vector<double> sorted = distances;
    std::sort(sorted.begin(), sorted.end());

    PathEstimate result;
    result.samples = sorted.size();
    result.rejection = PathRejection::of_sorted(sorted);
    const auto [mean, kept] = detail::kept_mean(sorted, result.rejection);
    result.mean = mean;
    result.rejected = sorted.size() - kept;
    if (replicates < 2 || sorted.size() < fewest_for_interval) return result;

    constexpr std::uint32_t bootstrap = 16;
    std::vector<std::uint32_t> counts(sorted.size());
    std::vector<double> means;
    for (int r = 0; r < replicates; ++r)
        means.push_back(detail::resampled_mean(
            sorted, RandomStream(seed, static_cast<std::uint64_t>(r), Purpose::metric, bootstrap), counts));
    std::sort(means.begin(), means.end());
    const double centre = std::accumulate(means.begin(), means.end(), 0.0) / replicates;
    double squares = 0;
    for (double m : means) squares += (m - centre) * (m - centre);
    result.standard_error = std::sqrt(squares / (replicates - 1));
    const auto at = [&](double q) { return means[static_cast<std::size_t>(std::lround(q * (replicates - 1)))]; };
    result.interval = std::array{at(0.025), at(0.975)};
    return result;
}

/// The same without the bootstrap, for a look on the way: the standard error of a trimmed mean by its formula, from the
/// distances with each rejected one moved to the percentile that it lies beyond.
/// @throws as estimate_path_length()
/// @see Tukey, McLaughlin, "Less vulnerable confidence and significance procedures for location ..." (1963)
[[nodiscard]] inline PathEstimate glance_at_path_length(const std::vector<double>& distances) {
    PathEstimate result = estimate_path_length(distances, 0, 0);
    const double n = static_cast<double>(distances.size());
    double sum = 0, squares = 0;
    for (const double d : distances) {
        const double v = std::clamp(d, result.rejection.lowest, result.rejection.highest) - result.mean;
        sum += v;
        squares += v * v;
    }
    if (distances.size() < fewest_for_interval) return result;
    const double share = static_cast<double>(result.samples - result.rejected) / n;
    const double error = std::sqrt(std::max(0.0, squares - sum * sum / n) / (n - 1) / n) / share;
    const double reach = 1.959963985 * error;
    result.standard_error = error;
    result.interval = std::array{result.mean - reach, result.mean + reach};
    return result;
}

/// How often distances fall into each of equally wide bins from `lowest` to `highest`.
struct PathHistogram {
    double lowest = 0, highest = 0;
    std::vector<std::size_t> counts;
};

/// The histogram of the distances that are kept; those rejected are in no bin.
/// @param bins  at least 1
[[nodiscard]] inline PathHistogram histogram_of(const std::vector<double>& distances, const PathRejection& rule,
                                                std::size_t bins) {
    if (bins < 1) throw ValueError("histogram_of: bins is 0, expected at least 1");
    PathHistogram h{rule.lowest, rule.highest, std::vector<std::size_t>(bins)};
    const double width = (h.highest - h.lowest) / static_cast<double>(bins);
    for (const double d : distances)
        if (rule.keeps(d))
            ++h.counts[width > 0 ? std::min(bins - 1, static_cast<std::size_t>((d - h.lowest) / width)) : 0];
    return h;
}

}  // namespace stylegan
