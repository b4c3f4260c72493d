// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/philox.hpp>
#include <stylegan/metrics/path_points.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <numeric>

BOOST_AUTO_TEST_SUITE(path_points)

using namespace stylegan;

namespace {

std::vector<double> random_vector(std::size_t n, std::uint32_t number) {
    std::vector<double> v(n);
    RandomStream(1, 0, Purpose::test, number).fill_normal(v.data(), n);
    return v;
}
double dot(const std::vector<double>& a, const std::vector<double>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_great_circle_is_walked_at_one_speed) {
    const auto tolerance = boost::test_tools::tolerance(1e-10);
    for (const auto n : {std::size_t{2}, std::size_t{3}, std::size_t{50}}) {
        const auto a = random_vector(n, 1), b = random_vector(n, 2);
        const double angle = std::acos(dot(a, b) / std::sqrt(dot(a, a) * dot(b, b)));
        const auto from = slerp(a, b, 0), to = slerp(a, b, 1);
        BOOST_TEST(dot(from, a) == std::sqrt(dot(a, a)), tolerance);
        BOOST_TEST(dot(to, b) == std::sqrt(dot(b, b)), tolerance);
        for (const double t : {0.0, 0.1, 0.5, 0.9}) {
            const auto x = slerp(a, b, t), y = slerp(a, b, t + 0.1);
            BOOST_TEST(dot(x, x) == 1, tolerance);
            BOOST_TEST(std::acos(dot(x, y)) == 0.1 * angle, tolerance);
        }
    }
}

BOOST_AUTO_TEST_CASE(equal_directions_stay) {
    const auto a = random_vector(5, 3);
    for (const double t : {0.0, 0.3, 1.0})
        BOOST_TEST(dot(slerp(a, lerp(a, a, 2), t), a) == std::sqrt(dot(a, a)), boost::test_tools::tolerance(1e-7));
}

BOOST_AUTO_TEST_CASE(rows_in_pairs_are_ends) {
    auto z = xt::xtensor<float, 2>::from_shape({4, 3});
    for (std::size_t i = 0; i < z.size(); ++i) z.data()[i] = static_cast<float>(i * i);
    const auto p = points_on_paths(z, stylegan::lerp, {0.25, 0.5}, 0.25);
    for (std::size_t k = 0; k < 3; ++k) {
        BOOST_TEST(p(0, k) == 0.75f * z(0, k) + 0.25f * z(1, k));
        BOOST_TEST(p(1, k) == 0.5f * z(0, k) + 0.5f * z(1, k));
        BOOST_TEST(p(3, k) == 0.25f * z(2, k) + 0.75f * z(3, k));
    }
}

BOOST_AUTO_TEST_SUITE_END()
