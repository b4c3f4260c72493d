// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/eigen_decompositions.hpp>
#include <stylegan/core/error.hpp>

#include <cmath>
#include <utility>

namespace stylegan {

/// A closed curve through points, which passes point i at t = i and the first again at t = count(): cubic between two
/// points, with first and second derivatives that are the same on both sides of each.
/// @see de Boor, "A Practical Guide to Splines" (1978), chapter IV
class ClosedSpline {
public:
    /// @param points  one a row, at least one
    /// @throws ShapeError without points
    explicit ClosedSpline(Eigen::MatrixXd points) : points_(std::move(points)) {
        const Eigen::Index n = points_.rows();
        if (n < 1) throw ShapeError("ClosedSpline: there are 0 points, expected at least 1");
        // m(i-1) + 4 m(i) + m(i+1) = 6 (y(i-1) - 2 y(i) + y(i+1)), indices modulo n; m: second derivatives
        Eigen::MatrixXd system = 4 * Eigen::MatrixXd::Identity(n, n), right(n, points_.cols());
        for (Eigen::Index i = 0; i < n; ++i) {
            const Eigen::Index before = (i + n - 1) % n, after = (i + 1) % n;
            system(i, before) += 1;
            system(i, after) += 1;
            right.row(i) = 6 * (points_.row(before) - 2 * points_.row(i) + points_.row(after));
        }
        curvature_ = system.ldlt().solve(right);
    }

    /// The number of points.
    [[nodiscard]] Eigen::Index count() const { return points_.rows(); }

    /// The point at t; t and t + count() are the same point.
    [[nodiscard]] Eigen::RowVectorXd operator()(double t) const {
        const Eigen::Index n = count();
        const double turned = t - std::floor(t / static_cast<double>(n)) * static_cast<double>(n);
        const auto from = static_cast<Eigen::Index>(turned) % n, to = (from + 1) % n;
        const double b = turned - std::floor(turned), a = 1 - b;
        return a * points_.row(from) + b * points_.row(to) +
               ((a * a * a - a) * curvature_.row(from) + (b * b * b - b) * curvature_.row(to)) / 6;
    }

private:
    Eigen::MatrixXd points_, curvature_;
};

}  // namespace stylegan
