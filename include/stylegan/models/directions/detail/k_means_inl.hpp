// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/models/directions/k_means.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>

namespace stylegan {

namespace detail {

/// Centres of k-means++: each is a point, drawn in proportion to its squared distance from the centres before it.
inline Eigen::MatrixXd first_centers(const Eigen::Ref<const Eigen::MatrixXd>& points, Index count, std::uint64_t seed) {
    const RandomStream random(seed, 0, Purpose::clusters);
    Eigen::MatrixXd centers(count, points.cols());
    Eigen::VectorXd nearest = Eigen::VectorXd::Constant(points.rows(), std::numeric_limits<double>::infinity());
    auto chosen = static_cast<Index>(random.below(0, static_cast<std::uint64_t>(points.rows())));
    for (Index k = 0;; ++k) {
        centers.row(k) = points.row(chosen);
        if (k + 1 == count) return centers;
        nearest = nearest.cwiseMin((points.rowwise() - centers.row(k)).rowwise().squaredNorm());
        double left = random.uniform(2 * static_cast<std::uint64_t>(k) + 2) * nearest.sum();
        for (chosen = 0; chosen + 1 < points.rows() && left >= nearest(chosen); ++chosen) left -= nearest(chosen);
    }
}

}  // namespace detail

STYLEGAN_INLINE Index nearest_center(const Eigen::Ref<const Eigen::MatrixXd>& centers,
                                     const Eigen::Ref<const Eigen::RowVectorXd>& point) {
    require_equal("nearest_center", "length of the point", Index{point.size()}, Index{centers.cols()});
    if (centers.rows() == 0) throw ShapeError("nearest_center: there are 0 centres, expected at least 1");
    Index nearest = 0;
    (centers.rowwise() - point).rowwise().squaredNorm().minCoeff(&nearest);
    return nearest;
}

STYLEGAN_INLINE Clusters k_means(const Eigen::Ref<const Eigen::MatrixXd>& points, Index count, std::uint64_t seed,
                                 int iterations) {
    const Index n = points.rows();
    if (count < 1 || count > n)
        throw ValueError(text("k_means: count is ", count, ", expected 1 to ", n, ", the points"));
    if (iterations < 1) throw ValueError(text("k_means: iterations are ", iterations, ", expected at least 1"));
    if (!points.allFinite()) throw ValueError("k_means: a number is not finite, expected finite points");
    Clusters found;
    found.centers = detail::first_centers(points, count, seed);
    std::vector<Index> cluster(static_cast<std::size_t>(n), -1);
    Eigen::VectorXd distances(n);
    for (bool moved = true; moved && found.iterations < iterations; ++found.iterations) {
        moved = false;
        Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(count, points.cols());
        found.members.assign(static_cast<std::size_t>(count), 0);
        for (Index i = 0; i < n; ++i) {
            Index& own = cluster[static_cast<std::size_t>(i)];
            const Index before = own;
            own = nearest_center(found.centers, points.row(i));
            moved = moved || own != before;
            distances(i) = (points.row(i) - found.centers.row(own)).squaredNorm();
            sums.row(own) += points.row(i);
            ++found.members[static_cast<std::size_t>(own)];
        }
        found.distance = distances.mean();
        for (Index k = 0; k < count; ++k) {
            const Index members = found.members[static_cast<std::size_t>(k)];
            if (members > 0) {
                found.centers.row(k) = sums.row(k) / static_cast<double>(members);
                continue;
            }
            Index furthest = 0;
            if (distances.maxCoeff(&furthest) == 0) continue;  // fewer different points than clusters
            found.centers.row(k) = points.row(furthest);
            distances(furthest) = 0;
            moved = true;
        }
    }
    std::vector<Index> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), Index{0});
    std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
        return found.members[static_cast<std::size_t>(a)] > found.members[static_cast<std::size_t>(b)];
    });
    Clusters sorted{.centers = Eigen::MatrixXd(count, points.cols()),
                    .members = {},
                    .distance = found.distance,
                    .iterations = found.iterations};
    for (Index k = 0; k < count; ++k) {
        const Index from = order[static_cast<std::size_t>(k)];
        sorted.centers.row(k) = found.centers.row(from);
        sorted.members.push_back(found.members[static_cast<std::size_t>(from)]);
    }
    return sorted;
}

}  // namespace stylegan
