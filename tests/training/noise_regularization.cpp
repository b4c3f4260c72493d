// SPDX-License-Identifier: Apache-2.0
#include <stylegan/training/noise_regularization.hpp>

#include <stylegan/core/philox.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <numeric>

BOOST_AUTO_TEST_SUITE(noise_regularization)

using namespace stylegan;

namespace {

std::vector<double> random_map(std::size_t size, std::uint64_t seed) {
    std::vector<double> map(size);
    RandomStream(seed, 0, Purpose::test).fill_normal(map.data(), map.size());
    return map;
}

double value_of(const std::vector<double>& map, Index height, Index width, double weight) {
    std::vector<double> ignored(map.size());
    return stylegan::noise_regularization(map, height, width, weight, ignored);
}

}  // namespace

BOOST_AUTO_TEST_CASE(is_its_definition) {
    // 2x2, nothing is halved: products with the left neighbour 1*2, 2*1, 3*4, 4*3; with the upper one 1*3, 2*4, 3*1, 4*2
    BOOST_TEST(value_of({1, 2, 3, 4}, 2, 2, 2.0) == 2 * (7.0 * 7.0 + 5.5 * 5.5), boost::test_tools::tolerance(1e-14));
    // 16x16 of ones: every mean is 1, at 16 and at 8
    BOOST_TEST(value_of(std::vector<double>(256, 1.0), 16, 16, 1.0) == 4.0, boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(gradient_is_that_of_central_differences) {
    for (const auto& [height, width] : {std::pair<Index, Index>{4, 6}, {16, 16}, {32, 16}}) {
        std::vector<double> map = random_map(static_cast<std::size_t>(height * width), 3), gradient(map.size());
        (void)stylegan::noise_regularization(map, height, width, 3.0, gradient);
        for (std::size_t i = 0; i < map.size(); i += 7) {
            const double step = 1e-5, before = map[i];
            map[i] = before + step;
            const double above = value_of(map, height, width, 3.0);
            map[i] = before - step;
            const double below = value_of(map, height, width, 3.0);
            map[i] = before;
            BOOST_TEST(std::abs(gradient[i] - (above - below) / (2 * step)) < 1e-8);
        }
    }
}

BOOST_AUTO_TEST_CASE(gradients_are_added) {
    std::vector<double> map = random_map(16, 3), once(16), twice(16, 1.0);
    (void)stylegan::noise_regularization(map, 4, 4, 1.0, once);
    (void)stylegan::noise_regularization(map, 4, 4, 1.0, twice);
    for (std::size_t i = 0; i < 16; ++i) BOOST_TEST(twice[i] == once[i] + 1, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(normalized_noise_has_mean_0_and_variance_1) {
    std::vector<double> map = random_map(100, 9);
    for (double& v : map) v = 3 * v + 7;
    normalize_noise(map);
    const double mean = std::accumulate(map.begin(), map.end(), 0.0) / 100;
    const double squares = std::inner_product(map.begin(), map.end(), map.begin(), 0.0) / 100;
    BOOST_TEST(std::abs(mean) < 1e-12);
    BOOST_TEST(squares == 1, boost::test_tools::tolerance(1e-12));
    std::vector<double> flat(4, 2.0);
    normalize_noise(flat);
    BOOST_TEST(flat[0] == 2);
}

BOOST_AUTO_TEST_SUITE_END()
