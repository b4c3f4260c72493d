// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/directions/k_means.hpp>
#include <stylegan/models/directions/truncation_to_centers.hpp>

#include "models/networks.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>

BOOST_AUTO_TEST_SUITE(k_means)

using namespace stylegan;
using namespace model_test;
using Eigen::MatrixXd;

namespace {

MatrixXd random_points(Index rows, Index columns, std::uint32_t number) {
    MatrixXd m(rows, columns);
    RandomStream(8, 0, Purpose::test, number).fill_normal(m.data(), static_cast<std::size_t>(m.size()));
    return m;
}

double sum_of_squares(const MatrixXd& points, const MatrixXd& centers) {
    double sum = 0;
    for (Index i = 0; i < points.rows(); ++i)
        sum += (points.row(i) - centers.row(nearest_center(centers, points.row(i)))).squaredNorm();
    return sum;
}

}  // namespace

BOOST_AUTO_TEST_CASE(clusters_that_lie_apart_are_found) {
    // 60, 30 and 10 points around three corners
    MatrixXd points = 0.1 * random_points(100, 5, 1), corners = MatrixXd::Zero(3, 5);
    corners(1, 0) = 10;
    corners(2, 3) = -10;
    for (Index i = 0; i < 100; ++i) points.row(i) += corners.row(i < 60 ? 0 : i < 90 ? 1 : 2);
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        const Clusters found = stylegan::k_means(points, 3, seed);
        BOOST_TEST(found.members == (std::vector<Index>{60, 30, 10}), boost::test_tools::per_element());
        for (Index k = 0; k < 3; ++k) BOOST_TEST((found.centers.row(k) - corners.row(k)).norm() < 0.2);
        BOOST_TEST(std::abs(found.distance - sum_of_squares(points, found.centers) / 100) < 1e-9);
    }
}

// What Lloyd's method ends with: every centre is the mean of the points that are nearest to it.
BOOST_AUTO_TEST_CASE(centers_are_the_means_of_their_points) {
    for (const Index count : {1, 2, 7, 40}) {
        const MatrixXd points = random_points(200, 3, static_cast<std::uint32_t>(count));
        const Clusters found = stylegan::k_means(points, count, 1);
        MatrixXd sums = MatrixXd::Zero(count, 3);
        std::vector<Index> members(static_cast<std::size_t>(count), 0);
        for (Index i = 0; i < 200; ++i) {
            const Index k = nearest_center(found.centers, points.row(i));
            sums.row(k) += points.row(i);
            ++members[static_cast<std::size_t>(k)];
        }
        BOOST_TEST(members == found.members, boost::test_tools::per_element());
        BOOST_TEST(std::is_sorted(members.rbegin(), members.rend()));
        for (Index k = 0; k < count; ++k)
            BOOST_TEST((sums.row(k) / static_cast<double>(members[static_cast<std::size_t>(k)]) - found.centers.row(k))
                           .norm() < 1e-12);
        // No better than the centres of another seed by a third: the seeding spreads them.
        BOOST_TEST(found.distance < 1.34 * stylegan::k_means(points, count, 2).distance);
        BOOST_TEST((found.centers == stylegan::k_means(points, count, 1).centers));
    }
}

BOOST_AUTO_TEST_CASE(as_many_clusters_as_points_have_no_distance) {
    const MatrixXd points = random_points(6, 2, 3);
    const Clusters found = stylegan::k_means(points, 6);
    BOOST_TEST(found.distance == 0);
    MatrixXd same = MatrixXd::Constant(5, 2, 1.5);
    BOOST_TEST(stylegan::k_means(same, 3).distance == 0);
    BOOST_TEST(stylegan::k_means(same, 1).centers.row(0).isApprox(same.row(0)));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_parted_is_an_error) {
    const MatrixXd points = random_points(6, 2, 3);
    BOOST_CHECK_EXCEPTION((void)stylegan::k_means(points, 7), ValueError,
                          says("k_means: count is 7, expected 1 to 6, the points"));
    BOOST_CHECK_THROW((void)stylegan::k_means(points, 0), ValueError);
    BOOST_CHECK_THROW((void)stylegan::k_means(points, 2, 0, 0), ValueError);
    MatrixXd broken = points;
    broken(3, 1) = std::nan("");
    BOOST_CHECK_THROW((void)stylegan::k_means(broken, 2), ValueError);
    BOOST_CHECK_THROW((void)nearest_center(points, Eigen::RowVectorXd::Zero(3)), ShapeError);
}

BOOST_AUTO_TEST_CASE(each_layer_is_truncated_towards_its_nearest_center) {
    MatrixXd centers(2, 2);
    centers << 0, 0, 10, 10;
    xt::xtensor<float, 3> w = xt::xtensor<float, 3>::from_shape({1, 3, 2});
    const std::vector<float> values{1, 2, 9, 12, 2, 1};
    std::copy(values.begin(), values.end(), w.data());
    const auto half = truncated_to_centers(w, centers, {.psi = 0.5f, .cutoff = 2});
    const std::vector<float> expected{0.5f, 1, 9.5f, 11, 2, 1};  // layer 2 is not below the cutoff
    BOOST_TEST(std::vector<float>(half.begin(), half.end()) == expected, boost::test_tools::per_element());
    BOOST_TEST(same(truncated_to_centers(w, centers, {}), w));
    BOOST_CHECK_THROW((void)truncated_to_centers(w, MatrixXd(2, 3), {.psi = 0.5f}), ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
