// SPDX-License-Identifier: Apache-2.0
#include "exponential.hpp"

#include <stylegan/metrics/path_statistics.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

BOOST_AUTO_TEST_SUITE(bootstrap)

using namespace stylegan;

namespace {

/// The replicates of the bootstrap by its definition: draw with replacement, then reject and average as for a sample.
std::vector<double> replicates(std::vector<double> x, std::uint64_t seed, int count) {
    std::sort(x.begin(), x.end());
    const std::size_t n = x.size();
    std::vector<double> means;
    for (int r = 0; r < count; ++r) {
        const RandomStream random(seed, static_cast<std::uint64_t>(r), Purpose::metric, 16);
        std::vector<double> drawn;
        for (std::size_t i = 0; i < n; ++i) drawn.push_back(x[random.below(i, n)]);
        std::sort(drawn.begin(), drawn.end());
        const auto last = static_cast<double>(n - 1);
        const double lowest = drawn[static_cast<std::size_t>(std::floor(0.01 * last))],
                     highest = drawn[static_cast<std::size_t>(std::ceil(0.99 * last))];
        double sum = 0, kept = 0;
        for (const double v : drawn)
            if (v >= lowest && v <= highest) {
                sum += v;
                ++kept;
            }
        means.push_back(sum / kept);
    }
    std::sort(means.begin(), means.end());
    return means;
}

}  // namespace

// With 1001 replicates the percentiles 2.5 and 97.5 are the 26th and the 976th of them.
BOOST_AUTO_TEST_CASE(the_interval_runs_between_its_percentiles) {
    for (const std::size_t n : {60u, 333u}) {
        std::vector<double> x = exponential(n, n);
        x[3] = x[8] = x[9];  // equal distances
        const std::vector<double> means = replicates(x, 9, 1001);
        const PathEstimate e = estimate_path_length(x, 9, 1001);
        BOOST_TEST_REQUIRE(e.interval.has_value());
        BOOST_TEST((*e.interval)[0] == means[25], boost::test_tools::tolerance(1e-12));
        BOOST_TEST((*e.interval)[1] == means[975], boost::test_tools::tolerance(1e-12));
        const double centre = std::accumulate(means.begin(), means.end(), 0.0) / 1001;
        double squares = 0;
        for (const double m : means) squares += (m - centre) * (m - centre);
        BOOST_TEST(*e.standard_error == std::sqrt(squares / 1000), boost::test_tools::tolerance(1e-10));
    }
}

// Both ends must be within the precision.
BOOST_AUTO_TEST_CASE(the_farther_end_decides_the_precision) {
    for (const auto& interval : {std::array{99.0, 104.0}, std::array{96.0, 101.0}}) {
        const PathEstimate e{.mean = 100, .interval = interval};
        BOOST_TEST(e.within(0.04));
        BOOST_TEST(!e.within(0.039));
    }
}

BOOST_AUTO_TEST_SUITE_END()
