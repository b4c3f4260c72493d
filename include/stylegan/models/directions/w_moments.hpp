// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/compiled.hpp>
#include <stylegan/core/eigen.hpp>
#include <stylegan/core/view.hpp>

namespace stylegan {

/// Mean and covariance of samples of w, in double precision. Samples are added part by part and not kept.
class WMoments {
public:
    /// @param width  the length of w
    /// @throws ShapeError if width < 1
    STYLEGAN_INLINE explicit WMoments(Index width);

    /// Adds samples.
    /// @param w  (N, width), one sample a row; rows of floats: `as_eigen(w).cast<double>()`
    /// @throws ShapeError if w has another width, ValueError if a number is not finite
    STYLEGAN_INLINE void add(const Eigen::Ref<const Eigen::MatrixXd>& w);

    [[nodiscard]] Index width() const { return sum_.size(); }
    [[nodiscard]] Index count() const { return count_; }

    /// @throws ValueError without samples
    [[nodiscard]] STYLEGAN_INLINE Eigen::VectorXd mean() const;
    /// Divided by the number of samples. (width, width)
    /// @throws ValueError without samples
    [[nodiscard]] STYLEGAN_INLINE Eigen::MatrixXd covariance() const;
    /// Standard deviation of w along each direction, in units of w: of (w - mean) . d / |d|. Divided by the number of
    /// samples.
    /// @param directions  (count, width), of any length but 0
    /// @throws ShapeError if they have another width, ValueError without samples
    [[nodiscard]] STYLEGAN_INLINE Eigen::VectorXd deviations_along(const Eigen::MatrixXd& directions) const;

private:
    Index count_ = 0;
    Eigen::VectorXd shift_, sum_;  // the first part's mean, so that squares do not cancel; the sum of w - shift
    Eigen::MatrixXd products_;     // the sum of (w - shift) (w - shift)'
};

}  // namespace stylegan

#ifndef STYLEGAN_COMPILED
#include <stylegan/models/directions/detail/w_moments_inl.hpp>
#endif
