// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/compiled.hpp>
#include <stylegan/core/eigen.hpp>
#include <stylegan/core/view.hpp>

#include <cstdint>
#include <vector>

namespace stylegan {

/// How linear_boundary() fits.
struct BoundaryOptions {
    double l2 = 1;           ///< weight of half the squared normal beside the summed loss, w in units of its deviation
    double held_out = 0.3;   ///< share of each label that is not fitted, within (0, 1)
    std::uint64_t seed = 0;  ///< of the choice of what is held out
};

/// A plane between two kinds of w: w with `normal . w + bias > 0` have label 1.
struct LinearBoundary {
    Eigen::VectorXd normal;      ///< (w_size), of length 1; points towards label 1
    double bias = 0;             ///< minus the distance of the plane from 0 along the normal
    Eigen::VectorXd mean;        ///< (w_size), of all w
    double deviation = 0;        ///< standard deviation of all w along the normal, divided by their number
    double accuracy = 0;         ///< share of the held out w on their side of the plane; 0.5 is chance
    double fitted_accuracy = 0;  ///< the same of the w that were fitted
    Index fitted = 0;            ///< number of w that were fitted
    Index held_out = 0;          ///< number of w that were held out
};

/// Finds the plane by logistic regression with a squared penalty on its normal, by Newton's method. Both labels are split
/// in the same proportion; at least one w of each is fitted, and one held out.
/// @param w       (N, w_size)
/// @param labels  N labels, 0 or 1
/// @throws ShapeError if the numbers differ; ValueError if a label is neither 0 nor 1, a label has fewer than 2 w, a number is
///         not finite, all w are equal, or an option is out of range
/// @see Shen et al., "Interpreting the Latent Space of GANs for Semantic Face Editing" (2020), which uses a linear SVM
[[nodiscard]] STYLEGAN_INLINE LinearBoundary linear_boundary(const Eigen::Ref<const Eigen::MatrixXd>& w,
                                                             const std::vector<int>& labels,
                                                             const BoundaryOptions& options = {});

/// The same between two sets of w; the normal points from the first to the second.
/// @param from, to  (N, w_size), (M, w_size)
[[nodiscard]] STYLEGAN_INLINE LinearBoundary linear_boundary(const Eigen::Ref<const Eigen::MatrixXd>& from,
                                                             const Eigen::Ref<const Eigen::MatrixXd>& to,
                                                             const BoundaryOptions& options = {});

}  // namespace stylegan

#ifndef STYLEGAN_COMPILED
#include <stylegan/models/directions/detail/linear_boundary_inl.hpp>
#endif
