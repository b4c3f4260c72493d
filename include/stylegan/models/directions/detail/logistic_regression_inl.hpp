// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/eigen_decompositions.hpp>

namespace stylegan::detail {

/// The loss and its derivatives, for x with a last column of ones.
struct LogisticRegression {
    const Eigen::MatrixXd& x;
    const Eigen::VectorXd& y;  // 0 or 1
    Eigen::VectorXd penalty;   // of each parameter; 0 for the bias

    LogisticRegression(const Eigen::MatrixXd& samples, const Eigen::VectorXd& labels, double l2)
        : x(samples), y(labels), penalty(Eigen::VectorXd::Constant(samples.cols(), l2)) {
        penalty(penalty.size() - 1) = 0;
    }

    [[nodiscard]] double loss(const Eigen::VectorXd& theta) const {
        const Eigen::ArrayXd score = (x * theta).array();
        const double data = (score.max(0.0) - score * y.array() + (-score.abs()).exp().log1p()).sum();
        return data + 0.5 * (penalty.array() * theta.array().square()).sum();
    }

    /// Newton's method; a step that does not lower the loss is halved.
    [[nodiscard]] Eigen::VectorXd fit() const {
        Eigen::VectorXd theta = Eigen::VectorXd::Zero(x.cols());
        double before = loss(theta);
        for (int i = 0; i < 100; ++i) {
            const Eigen::ArrayXd p = 1 / (1 + (-(x * theta).array()).exp());
            const Eigen::VectorXd gradient =
                x.transpose() * (p.matrix() - y) + (penalty.array() * theta.array()).matrix();
            Eigen::MatrixXd hessian = x.transpose() * (p * (1 - p)).matrix().asDiagonal() * x;
            hessian.diagonal() += penalty;
            hessian.diagonal().array() += 1e-12 * hessian.diagonal().maxCoeff();
            const Eigen::VectorXd step = hessian.ldlt().solve(gradient);
            const double decrease = gradient.dot(step);
            double length = 1, after = loss(theta - step);
            while (!(after <= before) && length > 1e-6) after = loss(theta - (length /= 2) * step);
            if (!(after <= before)) break;  // at the minimum, within rounding
            theta -= length * step;
            before = after;
            if (decrease < 1e-12 * static_cast<double>(y.size())) break;
        }
        return theta;
    }
};

}  // namespace stylegan::detail
