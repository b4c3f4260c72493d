// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/closed_spline.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <numbers>

BOOST_AUTO_TEST_SUITE(closed_spline)

using namespace stylegan;

namespace {

/// Points of different kinds: count x 3.
Eigen::MatrixXd points(Eigen::Index count) {
    Eigen::MatrixXd p(count, 3);
    for (Eigen::Index i = 0; i < count; ++i)
        p.row(i) << std::sin(1.7 * static_cast<double>(i)), static_cast<double>(i * i % 7),
            std::cos(static_cast<double>(3 * i)) - 2;
    return p;
}

}  // namespace

BOOST_AUTO_TEST_CASE(passes_through_its_points_and_comes_back) {
    for (const Eigen::Index count : {1, 2, 3, 7}) {
        const Eigen::MatrixXd p = points(count);
        const ClosedSpline spline(p);
        BOOST_TEST(spline.count() == count);
        for (Eigen::Index i = -count; i < 2 * count; ++i) {
            const double distance = (spline(static_cast<double>(i)) - p.row((i + count) % count)).norm();
            BOOST_TEST(distance < 1e-12, count << " points, t = " << i << ": " << distance);
        }
    }
    BOOST_TEST((ClosedSpline(points(1))(0.3) - points(1)).norm() < 1e-12);
}

// Differences of the values on both sides of a point, to first and second order.
BOOST_AUTO_TEST_CASE(is_smooth_at_its_points) {
    const double h = 1e-3;
    for (const Eigen::Index count : {2, 3, 7}) {
        const ClosedSpline s(points(count));
        for (Eigen::Index i = 0; i < count; ++i) {
            const auto t = static_cast<double>(i);
            const Eigen::RowVectorXd left = (s(t) - s(t - h)) / h, right = (s(t + h) - s(t)) / h;
            BOOST_TEST((left - right).norm() < 0.2);  // h times the second derivative
            const Eigen::RowVectorXd second_left = (s(t) - 2 * s(t - h) + s(t - 2 * h)) / (h * h);
            const Eigen::RowVectorXd second_right = (s(t + 2 * h) - 2 * s(t + h) + s(t)) / (h * h);
            BOOST_TEST((second_left - second_right).norm() < 0.4);  // 2 h times the third derivative
        }
    }
}

// The error of a cubic spline through a smooth curve falls with the fourth power of the distance of the points.
BOOST_AUTO_TEST_CASE(follows_a_circle) {
    const auto error = [](Eigen::Index count) {
        Eigen::MatrixXd circle(count, 2);
        const double step = 2 * std::numbers::pi / static_cast<double>(count);
        for (Eigen::Index i = 0; i < count; ++i)
            circle.row(i) << std::cos(step * static_cast<double>(i)), std::sin(step * static_cast<double>(i));
        const ClosedSpline spline(circle);
        double largest = 0;
        for (int i = 0; i < 1000; ++i)
            largest = std::max(largest, std::abs(spline(static_cast<double>(count) * i / 1000.0).norm() - 1));
        return largest;
    };
    BOOST_TEST_MESSAGE(error(8) << ' ' << error(16));
    BOOST_TEST(error(8) < 2e-3);
    BOOST_TEST(error(16) < error(8) / 12);
}

BOOST_AUTO_TEST_CASE(needs_a_point) { BOOST_CHECK_THROW(ClosedSpline(Eigen::MatrixXd(0, 3)), ShapeError); }

BOOST_AUTO_TEST_SUITE_END()
