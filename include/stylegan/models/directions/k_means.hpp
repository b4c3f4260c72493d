// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/compiled.hpp>
#include <stylegan/core/eigen.hpp>
#include <stylegan/core/view.hpp>

#include <cstdint>
#include <vector>

namespace stylegan {

/// What k_means() found.
struct Clusters {
    Eigen::MatrixXd centers;     ///< (k, w_size), the largest cluster first
    std::vector<Index> members;  ///< number of points of each
    double distance = 0;         ///< mean squared distance of a point from its centre
    int iterations = 0;          ///< of Lloyd's method
};

/// Parts points into k clusters by Lloyd's method, from centres that k-means++ draws. It ends when no point changes its
/// cluster. A cluster that loses all its points starts again at the point furthest from its centre.
/// @param points      (N, length)
/// @param count       k, 1 to N
/// @param seed        of the first centres
/// @param iterations  at most, at least 1
/// @throws ValueError if count or iterations is out of range, or a number is not finite
/// @see Arthur, Vassilvitskii, "k-means++: The Advantages of Careful Seeding" (2007)
[[nodiscard]] STYLEGAN_INLINE Clusters k_means(const Eigen::Ref<const Eigen::MatrixXd>& points, Index count,
                                               std::uint64_t seed = 0, int iterations = 300);

/// The row of the centre that is nearest to a point; of equal ones the first.
/// @throws ShapeError if the lengths differ or there is no centre
[[nodiscard]] STYLEGAN_INLINE Index nearest_center(const Eigen::Ref<const Eigen::MatrixXd>& centers,
                                                   const Eigen::Ref<const Eigen::RowVectorXd>& point);

}  // namespace stylegan

#ifndef STYLEGAN_COMPILED
#include <stylegan/models/directions/detail/k_means_inl.hpp>
#endif
