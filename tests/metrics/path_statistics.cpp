// SPDX-License-Identifier: Apache-2.0
#include "exponential.hpp"

#include <stylegan/metrics/path_statistics.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

BOOST_AUTO_TEST_SUITE(path_statistics)

using namespace stylegan;

namespace {

/// The mean of such numbers between the 1st and the 99th percentile.
double trimmed_mean_of_exponential() {
    const double a = -std::log(0.99), b = -std::log(0.01);
    return ((a + 1) * 0.99 - (b + 1) * 0.01) / 0.98;
}

}  // namespace

BOOST_AUTO_TEST_CASE(percentiles_are_the_outer_ones) {
    const auto ranks = [](std::size_t n) { return PathRejection::ranks(n); };
    BOOST_TEST((ranks(1) == std::pair<std::size_t, std::size_t>{0, 0}));
    BOOST_TEST((ranks(2) == std::pair<std::size_t, std::size_t>{0, 1}));
    BOOST_TEST((ranks(100) == std::pair<std::size_t, std::size_t>{0, 99}));
    BOOST_TEST((ranks(101) == std::pair<std::size_t, std::size_t>{1, 99}));
    BOOST_TEST((ranks(102) == std::pair<std::size_t, std::size_t>{1, 100}));
    BOOST_TEST((ranks(1001) == std::pair<std::size_t, std::size_t>{10, 990}));
}

BOOST_AUTO_TEST_CASE(rejects_both_tails) {
    std::vector<double> x(201);
    std::iota(x.begin(), x.end(), 0.0);
    std::swap(x[0], x[77]);
    x[200] = 1e9;
    const PathEstimate e = estimate_path_length(x);
    BOOST_TEST(e.rejection.lowest == 2);
    BOOST_TEST(e.rejection.highest == 198);
    BOOST_TEST(e.rejected == 4u);
    BOOST_TEST(e.mean == 100);
    BOOST_TEST(((*e.interval)[0] < 100 && (*e.interval)[1] > 100));
}

BOOST_AUTO_TEST_CASE(one_value_is_itself) {
    for (const auto n : {std::size_t{1}, std::size_t{2}, std::size_t{9}, std::size_t{10}, std::size_t{500}}) {
        const PathEstimate e = estimate_path_length(std::vector<double>(n, 3.5));
        BOOST_TEST(e.mean == 3.5);
        BOOST_TEST(e.rejected == 0u);
        BOOST_TEST(e.interval.has_value() == (n >= 10));
        BOOST_TEST(e.standard_error.has_value() == (n >= 10));
        if (n < 10) {
            BOOST_TEST(!e.within(0.99));
            BOOST_TEST(!glance_at_path_length(std::vector<double>(n, 3.5)).interval.has_value());
            continue;
        }
        BOOST_TEST(e.within(1e-9));
        BOOST_TEST(*e.standard_error < 1e-12);
        BOOST_TEST(std::abs((*e.interval)[0] - 3.5) + std::abs((*e.interval)[1] - 3.5) < 1e-12);
    }
}

/// Over many sets of samples, the interval holds the true value in 95 % of cases, and the standard error is right.
BOOST_AUTO_TEST_CASE(is_as_sure_as_it_says) {
    const double truth = trimmed_mean_of_exponential();
    const int sets = 200;
    int held = 0, glanced = 0;
    double squares = 0, said = 0, said_at_a_glance = 0;
    for (int k = 0; k < sets; ++k) {
        const auto x = exponential(400, static_cast<std::uint64_t>(k));
        const PathEstimate e = estimate_path_length(x, 7, 300), g = glance_at_path_length(x);
        held += (*e.interval)[0] <= truth && truth <= (*e.interval)[1];
        glanced += (*g.interval)[0] <= truth && truth <= (*g.interval)[1];
        squares += (e.mean - truth) * (e.mean - truth);
        said += *e.standard_error;
        said_at_a_glance += *g.standard_error;
        BOOST_TEST(g.mean == e.mean);
    }
    const double error = std::sqrt(squares / sets);
    BOOST_TEST(held >= 180);
    BOOST_TEST(held <= 199);
    BOOST_TEST(glanced >= 180);
    BOOST_TEST(glanced <= 199);
    BOOST_TEST(said / sets == error, boost::test_tools::tolerance(0.15));
    BOOST_TEST(said_at_a_glance / sets == error, boost::test_tools::tolerance(0.15));
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_interval) {
    const auto x = exponential(300, 1);
    const PathEstimate a = estimate_path_length(x, 1), b = estimate_path_length(x, 1), c = estimate_path_length(x, 2);
    BOOST_TEST((a.standard_error == b.standard_error));
    BOOST_TEST((a.interval == b.interval));
    BOOST_TEST((a.standard_error != c.standard_error));
    BOOST_TEST(a.mean == c.mean);
}

BOOST_AUTO_TEST_CASE(the_histogram_counts_what_is_kept) {
    const auto x = exponential(1000, 2);
    const PathEstimate e = estimate_path_length(x, 0, 0);
    const PathHistogram h = histogram_of(x, e.rejection, 20);
    BOOST_TEST(std::accumulate(h.counts.begin(), h.counts.end(), std::size_t{0}) == e.samples - e.rejected);
    BOOST_TEST(h.lowest == e.rejection.lowest);
    BOOST_TEST(h.counts[0] > h.counts[19]);
    BOOST_TEST(histogram_of({2, 2, 2}, {2, 2}, 4).counts[0] == 3u);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_distance) {
    BOOST_CHECK_THROW((void)estimate_path_length({}), ValueError);
    BOOST_CHECK_THROW((void)estimate_path_length({1, std::numeric_limits<double>::quiet_NaN()}), ValueError);
    BOOST_CHECK_THROW((void)glance_at_path_length({INFINITY}), ValueError);
    BOOST_CHECK_THROW((void)histogram_of({1}, {1, 1}, 0), ValueError);
}

BOOST_AUTO_TEST_SUITE_END()
