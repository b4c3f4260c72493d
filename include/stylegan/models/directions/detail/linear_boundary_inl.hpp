// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/permutation.hpp>
#include <stylegan/models/directions/detail/logistic_regression_inl.hpp>
#include <stylegan/models/directions/detail/w_moments_inl.hpp>
#include <stylegan/models/directions/linear_boundary.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace stylegan {

namespace detail {

/// Indices of what is fitted and of what is held out.
struct BoundarySplit {
    std::vector<Index> fitted, held_out;
};

inline BoundarySplit split_labels(const std::vector<int>& labels, const BoundaryOptions& options) {
    BoundarySplit split;
    for (const int label : {0, 1}) {
        std::vector<Index> all;
        for (std::size_t i = 0; i < labels.size(); ++i)
            if (labels[i] == label) all.push_back(static_cast<Index>(i));
        const auto n = static_cast<Index>(all.size());
        if (n < 2)
            throw ValueError(text("linear_boundary: ", n, " of ", labels.size(), " w ", n == 1 ? "has" : "have",
                                  " label ", label, " (the ", label == 0 ? "first" : "second",
                                  " set), expected at least 2: one to fit, one to hold out"));
        const Index held = std::clamp<Index>(std::llround(options.held_out * static_cast<double>(n)), 1, n - 1);
        const Permutation order(options.seed, static_cast<std::uint64_t>(label), static_cast<std::uint64_t>(n));
        for (Index i = 0; i < n; ++i)
            (i < held ? split.held_out : split.fitted)
                .push_back(all[static_cast<std::size_t>(order(static_cast<std::uint64_t>(i)))]);
    }
    return split;
}

inline double share_on_their_side(const Eigen::Ref<const Eigen::MatrixXd>& w, const std::vector<int>& labels,
                                  const std::vector<Index>& of, const LinearBoundary& b) {
    Index right = 0;
    for (const Index i : of)
        if ((w.row(i).dot(b.normal) + b.bias > 0) == (labels[static_cast<std::size_t>(i)] == 1)) ++right;
    return static_cast<double>(right) / static_cast<double>(of.size());
}

}  // namespace detail

STYLEGAN_INLINE LinearBoundary linear_boundary(const Eigen::Ref<const Eigen::MatrixXd>& w,
                                               const std::vector<int>& labels, const BoundaryOptions& options) {
    require_equal("linear_boundary", "number of labels", static_cast<Index>(labels.size()), Index{w.rows()});
    if (!(options.held_out > 0 && options.held_out < 1))
        throw ValueError(text("linear_boundary: held_out is ", options.held_out, ", expected between 0 and 1"));
    if (!(options.l2 > 0 && std::isfinite(options.l2)))
        throw ValueError(text("linear_boundary: l2 is ", options.l2, ", expected a number above 0"));
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (labels[i] != 0 && labels[i] != 1)
            throw ValueError(text("linear_boundary: label ", i, " is ", labels[i], ", expected 0 or 1"));
    const detail::BoundarySplit split = detail::split_labels(labels, options);

    WMoments moments(w.cols());
    moments.add(w);
    const double scale = std::sqrt(moments.covariance().trace() / static_cast<double>(w.cols()));
    if (!(scale > 0)) throw ValueError("linear_boundary: all w are equal, expected different ones");
    LinearBoundary b;
    b.mean = moments.mean();
    Eigen::MatrixXd x(static_cast<Index>(split.fitted.size()), w.cols() + 1);
    Eigen::VectorXd y(x.rows());
    for (Index r = 0; r < x.rows(); ++r) {
        const Index i = split.fitted[static_cast<std::size_t>(r)];
        x.row(r) << (w.row(i) - b.mean.transpose()) / scale, 1.0;
        y(r) = labels[static_cast<std::size_t>(i)];
    }
    const Eigen::VectorXd theta = detail::LogisticRegression(x, y, options.l2).fit();
    const double length = theta.head(w.cols()).norm();
    if (!(length > 0)) throw ValueError("linear_boundary: the labels do not depend on w, expected some that do");
    b.normal = theta.head(w.cols()) / length;
    b.bias = theta(w.cols()) * scale / length - b.normal.dot(b.mean);
    b.deviation = moments.deviations_along(b.normal.transpose())(0);
    b.accuracy = detail::share_on_their_side(w, labels, split.held_out, b);
    b.fitted_accuracy = detail::share_on_their_side(w, labels, split.fitted, b);
    b.fitted = static_cast<Index>(split.fitted.size());
    b.held_out = static_cast<Index>(split.held_out.size());
    return b;
}

STYLEGAN_INLINE LinearBoundary linear_boundary(const Eigen::Ref<const Eigen::MatrixXd>& from,
                                               const Eigen::Ref<const Eigen::MatrixXd>& to,
                                               const BoundaryOptions& options) {
    require_equal("linear_boundary", "width of the second set", Index{to.cols()}, Index{from.cols()});
    Eigen::MatrixXd both(from.rows() + to.rows(), from.cols());
    both << from, to;
    std::vector<int> labels(static_cast<std::size_t>(both.rows()), 0);
    std::fill(labels.begin() + from.rows(), labels.end(), 1);
    return linear_boundary(both, labels, options);
}

}  // namespace stylegan
