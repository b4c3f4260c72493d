// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/models/directions/w_moments.hpp>

#include <algorithm>
#include <cmath>

namespace stylegan {

STYLEGAN_INLINE WMoments::WMoments(Index width) {
    if (width < 1) throw ShapeError(text("WMoments: width is ", width, ", expected at least 1"));
    shift_ = sum_ = Eigen::VectorXd::Zero(width);
    products_ = Eigen::MatrixXd::Zero(width, width);
}

STYLEGAN_INLINE void WMoments::add(const Eigen::Ref<const Eigen::MatrixXd>& w) {
    require_equal("WMoments", "width of w", Index{w.cols()}, width());
    if (!w.allFinite()) throw ValueError("WMoments: w has a number that is not finite");
    if (w.rows() == 0) return;
    if (count_ == 0) shift_ = w.colwise().mean().transpose();
    const Eigen::MatrixXd centred = w.rowwise() - shift_.transpose();
    sum_ += centred.colwise().sum().transpose();
    products_.noalias() += centred.transpose() * centred;
    count_ += w.rows();
}

STYLEGAN_INLINE Eigen::VectorXd WMoments::mean() const {
    if (count_ == 0) throw ValueError("WMoments: has no samples, expected at least 1");
    return shift_ + sum_ / static_cast<double>(count_);
}

STYLEGAN_INLINE Eigen::MatrixXd WMoments::covariance() const {
    if (count_ == 0) throw ValueError("WMoments: has no samples, expected at least 1");
    const auto n = static_cast<double>(count_);
    const Eigen::VectorXd rest = sum_ / n;
    return products_ / n - rest * rest.transpose();
}

STYLEGAN_INLINE Eigen::VectorXd WMoments::deviations_along(const Eigen::MatrixXd& directions) const {
    require_equal("WMoments", "width of the directions", Index{directions.cols()}, width());
    const Eigen::MatrixXd unit = directions.rowwise().normalized();
    const Eigen::VectorXd variances = (unit * covariance()).cwiseProduct(unit).rowwise().sum();
    return variances.cwiseMax(0.0).cwiseSqrt();  // roundings make zeros negative
}

}  // namespace stylegan
