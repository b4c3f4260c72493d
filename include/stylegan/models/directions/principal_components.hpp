// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/compiled.hpp>
#include <stylegan/core/eigen.hpp>
#include <stylegan/models/directions/w_moments.hpp>

namespace stylegan {

/// The principal components of samples of w. The directions of largest variance come first.
struct PrincipalComponents {
    Eigen::VectorXd mean;            ///< (w_size)
    Eigen::MatrixXd components;      ///< (count, w_size): unit directions as rows, orthogonal to each other
    Eigen::VectorXd deviations;      ///< standard deviations along them, divided by the number of samples; descending
    Eigen::VectorXd variance_ratio;  ///< their shares of the whole variance

    /// w in units of the deviations: (w - mean) . component / deviation; 0 where the deviation is 0.
    /// @param w  (N, w_size)
    /// @return   (N, count)
    /// @throws ShapeError if w has another width
    [[nodiscard]] STYLEGAN_INLINE Eigen::MatrixXd coordinates(const Eigen::Ref<const Eigen::MatrixXd>& w) const;
};

/// Principal components from mean and covariance. The component of largest magnitude of a direction is positive. N samples
/// have at most N - 1 components.
/// @throws ValueError if there are fewer than 2 samples, or all are equal
/// @see Härkönen et al., "GANSpace: Discovering Interpretable GAN Controls" (2020)
[[nodiscard]] STYLEGAN_INLINE PrincipalComponents principal_components(const WMoments& moments);

/// The same of samples. @param w  (N, w_size) @throws as above; ValueError if a number is not finite
[[nodiscard]] STYLEGAN_INLINE PrincipalComponents principal_components(const Eigen::Ref<const Eigen::MatrixXd>& w);

}  // namespace stylegan

#ifndef STYLEGAN_COMPILED
#include <stylegan/models/directions/detail/principal_components_inl.hpp>
#endif
