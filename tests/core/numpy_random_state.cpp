// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/core/numpy_random_state.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <vector>

BOOST_AUTO_TEST_SUITE(numpy_random_state)

using stylegan::NumpyRandomState;

// Consecutive draws of NumPy 1.24's RandomState(1000). All kinds of draw share one stream; the second value of a pair
// of normals is returned by the next call of randn, whatever is drawn in between.
BOOST_AUTO_TEST_CASE(mixed_draws) {
    NumpyRandomState state(1000);
    const auto close = boost::test_tools::tolerance(1e-15);
    const std::vector<double> first = state.randn(3);
    BOOST_TEST(first[0] == -0.8044583035248052, close);
    BOOST_TEST(first[1] == 0.3209315470898572, close);
    BOOST_TEST(first[2] == -0.025482880472072204, close);
    BOOST_TEST(state.rand() == 0.8724745351820353, close);
    BOOST_TEST(state.randint(7) == 1);
    BOOST_TEST(state.randint(std::int64_t{1} << 33) == 4469813800);
    BOOST_TEST(state.randint(std::int64_t{1} << 40) == 452677503324);
    const std::vector<std::int64_t> order = state.permutation(6), expected{5, 2, 1, 0, 4, 3};
    BOOST_TEST(order == expected, boost::test_tools::per_element());
    BOOST_TEST(state.randn() == 0.6443238284268146, close);
    BOOST_TEST(state.randn() == 0.6672813069880167, close);
    BOOST_TEST(state.randint(1) == 0);
    BOOST_TEST(state.randint(std::int64_t{1} << 32) == 1684289172);
    BOOST_TEST(state.randint(INT64_MAX) == 1112787071823011102);
}

BOOST_AUTO_TEST_CASE(small_and_wrong_sizes) {
    NumpyRandomState state(0);
    BOOST_TEST(state.permutation(0).empty());
    BOOST_TEST(state.permutation(1).size() == 1u);
    BOOST_CHECK_THROW((void)state.permutation(-1), stylegan::ValueError);
    BOOST_CHECK_THROW((void)state.randint(0), stylegan::ValueError);
    BOOST_CHECK_THROW((void)state.randint(-5), stylegan::ValueError);
}

BOOST_AUTO_TEST_CASE(latents_are_the_first_draws_of_each_seed) {
    const std::vector<std::uint32_t> seeds{5, 4294967295u, 5};
    const auto z = stylegan::latents_of_seeds(seeds, 7);
    BOOST_TEST(z.shape(0) == 3u);
    BOOST_TEST(z.shape(1) == 7u);
    for (std::size_t n = 0; n < seeds.size(); ++n) {
        NumpyRandomState state(seeds[n]);
        for (std::size_t i = 0; i < 7; ++i) BOOST_TEST(z(n, i) == static_cast<float>(state.randn()));
    }
    BOOST_TEST(stylegan::latents_of_seeds({1}, std::size_t{512}).shape(1) == 512u);
    BOOST_CHECK_THROW((void)stylegan::latents_of_seeds({1}, 0), stylegan::ValueError);
    BOOST_CHECK_THROW((void)stylegan::latents_of_seeds({1}, -3), stylegan::ValueError);
}

BOOST_AUTO_TEST_SUITE_END()
