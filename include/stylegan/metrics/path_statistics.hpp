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

/// The range of distances that count, from the 1st to the 99th percentile, ends included. A percentile between two
/// distances is the outer one, as from NumPy's percentile() with "lower" for the 1st and "higher" for the 99th.
struct PathRejection {
    double lowest = 0;   ///< the 1st percentile
    double highest = 0;  ///< the 99th percentile

    /// Indices of the two percentiles among n sorted distances.
    [[nodiscard]] static std::pair<std::size_t, std::size_t> ranks(std::size_t n) {
        const double last = static_cast<double>(n - 1);
        return {static_cast<std::size_t>(std::floor(0.01 * last)), static_cast<std::size_t>(std::ceil(0.99 * last))};
    }

    /// The range for given distances.
    /// @param sorted  in ascending order, at least one
    [[nodiscard]] static PathRejection of_sorted(const std::vector<double>& sorted) {
        const auto [low, high] = ranks(sorted.size());
        return {sorted[low], sorted[high]};
    }

    /// Whether a distance is within the range.
    [[nodiscard]] bool keeps(double distance) const { return distance >= lowest && distance <= highest; }
};

/// Fewest samples for an interval. With fewer, resampling says nothing about what was not sampled.
inline constexpr std::size_t fewest_for_interval = 10;

/// The path length and its uncertainty.
struct PathEstimate {
    double mean = 0;  ///< the path length: mean of the distances within the range
    /// Of the mean, by the bootstrap or by formula; none below fewest_for_interval samples.
    std::optional<double> standard_error{};
    /// 95 % confidence interval of the path length; none below fewest_for_interval samples.
    std::optional<std::array<double, 2>> interval{};
    std::size_t samples = 0;    ///< number of distances
    std::size_t rejected = 0;   ///< distances outside the range
    PathRejection rejection{};  ///< the range of distances that count

    /// Whether both ends of the interval are within this share of the mean.
    [[nodiscard]] bool within(double precision) const {
        return interval && std::max((*interval)[1] - mean, mean - (*interval)[0]) <= precision * mean;
    }
};

namespace detail {

/// The mean of the distances that the rule keeps, and their number.
inline std::pair<double, std::size_t> kept_mean(const std::vector<double>& sorted, const PathRejection& rule) {
    const auto first = std::lower_bound(sorted.begin(), sorted.end(), rule.lowest);
    const auto last = std::upper_bound(first, sorted.end(), rule.highest);
    const auto count = static_cast<std::size_t>(last - first);
    return {std::accumulate(first, last, 0.0) / static_cast<double>(count), count};
}

/// One bootstrap replicate: as many samples, drawn with replacement, with the same rule of rejection.
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
    while (first > 0 && sorted[first - 1] == sorted[first]) --first;  // equal distances are kept together
    while (last + 1 < n && sorted[last + 1] == sorted[last]) ++last;
    double sum = 0, kept = 0;
    for (std::size_t i = first; i <= last; ++i) {
        sum += counts[i] * sorted[i];
        kept += counts[i];
    }
    return sum / kept;
}

}  // namespace detail

/// The path length from the distances of its samples: the mean within the range, with the uncertainty from the
/// bootstrap.
/// @param distances   of the samples, at least one
/// @param seed        of the bootstrap
/// @param replicates  of the bootstrap; below 2, standard error and interval are left out
/// @throws ValueError if there are no distances, or one is not finite
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
    means.reserve(static_cast<std::size_t>(replicates));
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

/// A quick estimate without the bootstrap, for progress: the standard error of a trimmed mean by formula, from the
/// distances clamped to the range.
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

/// A histogram of distances in bins of equal width.
struct PathHistogram {
    double lowest = 0;                ///< lower edge of the first bin
    double highest = 0;               ///< upper edge of the last bin
    std::vector<std::size_t> counts;  ///< distances in each bin
};

/// The histogram of the distances that the rule keeps.
/// @param bins  number of bins, at least 1
/// @throws ValueError if bins is 0
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
