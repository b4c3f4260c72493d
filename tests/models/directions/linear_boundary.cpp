// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/directions/detail/logistic_regression_inl.hpp>
#include <stylegan/models/directions/linear_boundary.hpp>

#include "models/networks.hpp"

#include <cmath>
#include <vector>

BOOST_AUTO_TEST_SUITE(linear_boundary)

using namespace stylegan;
using namespace model_test;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

MatrixXd normal_matrix(Index rows, Index columns, std::uint32_t number) {
    MatrixXd m(rows, columns);
    RandomStream(9, 0, Purpose::test, number).fill_normal(m.data(), static_cast<std::size_t>(m.size()));
    return m;
}

/// Two Gaussians of deviation 1 whose means are 2 * half apart, in 6 dimensions.
struct Shifted {
    explicit Shifted(double half, Index n = 2000)
        : from(normal_matrix(n, 6, 1).rowwise() + (centre - half * axis)),
          to(normal_matrix(n, 6, 2).rowwise() + (centre + half * axis)) {}

    Eigen::RowVectorXd axis = Eigen::RowVectorXd::LinSpaced(6, -2, 3).normalized(),
                       centre = Eigen::RowVectorXd::Constant(6, 10);
    MatrixXd from, to;
};

}  // namespace

BOOST_AUTO_TEST_CASE(two_shifted_gaussians_are_parted_along_their_shift) {
    const Shifted s(1);
    const LinearBoundary b = stylegan::linear_boundary(s.from, s.to);
    BOOST_TEST(std::abs(b.normal.norm() - 1) < 1e-12);
    BOOST_TEST(s.axis.dot(b.normal) > 0.99);
    BOOST_TEST(std::abs(s.centre.dot(b.normal) + b.bias) < 0.1);  // the plane is half way
    BOOST_TEST(std::abs(b.deviation - std::sqrt(2.0)) < 0.05);    // 1 within a set, 1 between them
    BOOST_TEST(std::abs(b.accuracy - 0.8413) < 0.03);             // the normal distribution below 1
    BOOST_TEST(std::abs(b.fitted_accuracy - 0.8413) < 0.03);
    BOOST_TEST(b.fitted == 2800);
    BOOST_TEST(b.held_out == 1200);
    BOOST_TEST((b.mean - s.centre.transpose()).norm() < 0.2);
}

BOOST_AUTO_TEST_CASE(the_other_order_gives_the_other_direction) {
    const Shifted s(1, 300);
    const LinearBoundary a = stylegan::linear_boundary(s.from, s.to), b = stylegan::linear_boundary(s.to, s.from);
    BOOST_TEST(a.normal.dot(b.normal) < -0.95);  // other w are held out
}

BOOST_AUTO_TEST_CASE(labels_and_sets_are_the_same) {
    const Shifted s(0.5, 50);
    MatrixXd both(100, 6);
    both << s.from, s.to;
    std::vector<int> labels(100, 0);
    std::fill(labels.begin() + 50, labels.end(), 1);
    const LinearBoundary a = stylegan::linear_boundary(s.from, s.to), b = stylegan::linear_boundary(both, labels);
    BOOST_TEST((a.normal == b.normal));
    BOOST_TEST(a.bias == b.bias);
    BOOST_TEST(a.accuracy == b.accuracy);
    const LinearBoundary other = stylegan::linear_boundary(both, labels, {.seed = 1});
    BOOST_TEST((a.normal != other.normal));
}

BOOST_AUTO_TEST_CASE(sets_far_apart_are_parted_without_error) {
    const Shifted s(50, 20);  // no finite minimum without the penalty
    const LinearBoundary b = stylegan::linear_boundary(s.from, s.to);
    BOOST_TEST(b.accuracy == 1);
    BOOST_TEST(b.fitted_accuracy == 1);
    BOOST_TEST(s.axis.dot(b.normal) > 0.99);
    const LinearBoundary weak = stylegan::linear_boundary(s.from, s.to, {.l2 = 1e-8});
    BOOST_TEST(weak.normal.allFinite());
    BOOST_TEST(weak.accuracy == 1);
}

BOOST_AUTO_TEST_CASE(what_is_fitted_is_a_minimum) {
    const Shifted s(0.3, 40);
    MatrixXd x(80, 7);
    x << s.from, VectorXd::Ones(40), s.to, VectorXd::Ones(40);
    x.leftCols(6).array() -= 10;
    VectorXd y = VectorXd::Zero(80);
    y.tail(40).setOnes();
    const stylegan::detail::LogisticRegression regression(x, y, 0.7);
    const VectorXd theta = regression.fit();
    for (Index k = 0; k < 7; ++k) {
        VectorXd step = VectorXd::Zero(7);
        step(k) = 1e-4;
        const double slope = (regression.loss(theta + step) - regression.loss(theta - step)) / 2e-4;
        BOOST_TEST(std::abs(slope) < 1e-6);
    }
}

BOOST_AUTO_TEST_CASE(units_of_w_play_no_part) {
    const Shifted s(1, 100);
    const LinearBoundary a = stylegan::linear_boundary(s.from, s.to),
                         b = stylegan::linear_boundary(s.from * 1e-3, s.to * 1e-3);
    BOOST_TEST(a.normal.isApprox(b.normal, 1e-9));
    BOOST_TEST(std::abs(a.bias * 1e-3 / b.bias - 1) < 1e-9);
}

BOOST_AUTO_TEST_CASE(refuses_what_cannot_be_fitted) {
    const Shifted s(1, 5);
    BOOST_CHECK_EXCEPTION((void)stylegan::linear_boundary(s.from, s.to.topRows(1)), ValueError,
                          says("linear_boundary: 1 of 6 w has label 1 (the second set), expected at least 2: one to "
                               "fit, one to hold out"));
    BOOST_CHECK_EXCEPTION((void)stylegan::linear_boundary(s.from, {0, 1, 0, 1}), ShapeError,
                          says("linear_boundary: number of labels is 4, expected 5"));
    BOOST_CHECK_EXCEPTION((void)stylegan::linear_boundary(s.from, {0, 1, 2, 1, 1}), ValueError,
                          says("linear_boundary: label 2 is 2, expected 0 or 1"));
    BOOST_CHECK_EXCEPTION((void)stylegan::linear_boundary(s.from, s.to.leftCols(3)), ShapeError,
                          says("linear_boundary: width of the second set is 3, expected 6"));
    BOOST_CHECK_EXCEPTION((void)stylegan::linear_boundary(s.from, s.to, {.l2 = 0}), ValueError,
                          says("linear_boundary: l2 is 0, expected a number above 0"));
    BOOST_CHECK_EXCEPTION((void)stylegan::linear_boundary(s.from, s.to, {.held_out = 1}), ValueError,
                          says("linear_boundary: held_out is 1, expected between 0 and 1"));
    BOOST_CHECK_EXCEPTION((void)stylegan::linear_boundary(MatrixXd::Ones(3, 2), MatrixXd::Ones(3, 2)), ValueError,
                          says("linear_boundary: all w are equal, expected different ones"));
}

BOOST_AUTO_TEST_SUITE_END()
