// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/eigen_decompositions.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/metrics/distribution/feature_moments.hpp>
#include <stylegan/metrics/distribution/frechet_uncertainty.hpp>
#include <stylegan/metrics/distribution/padded_matrix.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace stylegan {

namespace detail {

/// Eigenvectors, as columns, and eigenvalues of a covariance, largest last; those that are zero but for roundings are
/// left out.
struct Directions {
    Eigen::MatrixXd vectors;
    Eigen::VectorXd values;

    explicit Directions(const Eigen::MatrixXd& covariance) {
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
        if (solver.info() != Eigen::Success)
            throw ValueError("frechet_standard_error: the eigenvalues of the covariances do not converge");
        const Index n = covariance.rows();
        const double smallest = 1e-10 * std::max(0.0, solver.eigenvalues()[n - 1]);
        Index first = 0;
        while (first < n && !(solver.eigenvalues()[first] > smallest)) ++first;
        vectors = solver.eigenvectors().rightCols(n - first);
        values = solver.eigenvalues().tail(n - first);
    }
};

/// The linear maps that carry one normal distribution onto the other with the least motion, x to y and y to x.
inline std::pair<PaddedMatrix, PaddedMatrix> transports(Context<Cpu>& context, PaddedMatrix& a, const PaddedMatrix& b) {
    const Directions of_a((Eigen::MatrixXd(a.map())));
    const Index n = a.rows(), kept = of_a.values.size();
    PaddedMatrix root(n, kept), cf(n, kept), m(kept, kept);
    root.map() = of_a.vectors * of_a.values.cwiseSqrt().asDiagonal();
    add_product(context, Reading::as_stored, b, Reading::as_stored, root, cf);
    add_product(context, Reading::transposed, root, Reading::as_stored, cf, m);
    const Directions of_m((Eigen::MatrixXd(m.map())));

    // to y: F F' with F = V L^(-1/2) U D^(1/4); to x: G G' with G = V L^(1/2) U D^(-1/4)
    PaddedMatrix f(n, of_m.values.size()), g(n, of_m.values.size()), u(kept, of_m.values.size()), scaled(n, kept);
    u.map() = of_m.vectors;
    add_product(context, Reading::as_stored, root, Reading::as_stored, u, g);
    scaled.map() = of_a.vectors * of_a.values.cwiseSqrt().cwiseInverse().asDiagonal();
    add_product(context, Reading::as_stored, scaled, Reading::as_stored, u, f);
    const Eigen::VectorXd quarter = of_m.values.cwiseSqrt().cwiseSqrt();
    f.map() *= quarter.asDiagonal();
    g.map() *= quarter.cwiseInverse().asDiagonal();
    std::pair<PaddedMatrix, PaddedMatrix> maps{PaddedMatrix(n, n), PaddedMatrix(n, n)};
    add_product(context, Reading::as_stored, f, Reading::transposed, f, maps.first);
    add_product(context, Reading::as_stored, g, Reading::transposed, g, maps.second);
    return maps;
}

/// The variance over pictures of what one picture adds to the distance:
///
///     2 (mean - other mean) . d + d' (1 - map) d,    d = picture - mean
///
/// From at most 4096 pictures, evenly spaced.
inline double influence_variance(Context<Cpu>& context, Rows<const float> rows, const std::vector<double>& mean,
                                 const std::vector<double>& other_mean, const PaddedMatrix& map) {
    const Index used = std::min<Index>(rows.extent(0), 4096), width = rows.extent(1);
    PaddedMatrix d(used, width), moved(used, width);
    for (Index r = 0; r < used; ++r)
        for (Index k = 0; k < width; ++k)
            d(r, k) = static_cast<double>(rows(r * rows.extent(0) / used, k)) - mean[static_cast<std::size_t>(k)];
    add_product(context, Reading::as_stored, d, Reading::as_stored, map, moved);
    std::vector<double> influences(static_cast<std::size_t>(used));
    double sum = 0, squares = 0;
    for (Index r = 0; r < used; ++r) {
        double influence = 0;
        for (Index k = 0; k < width; ++k) {
            const auto at = static_cast<std::size_t>(k);
            influence += d(r, k) * (2 * (mean[at] - other_mean[at]) + d(r, k) - moved(r, k));
        }
        influences[static_cast<std::size_t>(r)] = influence;
        sum += influence;
    }
    for (const double v : influences)
        squares += (v - sum / static_cast<double>(used)) * (v - sum / static_cast<double>(used));
    return squares / static_cast<double>(used - 1);
}

}  // namespace detail

STYLEGAN_INLINE double frechet_standard_error(Context<Cpu>& context, Rows<const float> x, const FeatureMoments& of_x,
                                              Rows<const float> y, const FeatureMoments& of_y, Sampled sampled) {
    require_equal("frechet_standard_error", "number of features of the second set", of_y.width(), of_x.width());
    require_equal("frechet_standard_error", "number of features of the first set", x.extent(1), of_x.width());
    require_equal("frechet_standard_error", "number of features of the second set", y.extent(1), of_y.width());
    detail::PaddedMatrix a = of_x.covariance(context);
    const detail::PaddedMatrix b = of_y.covariance(context);
    const auto maps = detail::transports(context, a, b);
    const std::vector<double> mean_x = of_x.mean(), mean_y = of_y.mean();
    double variance =
        detail::influence_variance(context, x, mean_x, mean_y, maps.first) / static_cast<double>(x.extent(0));
    if (sampled == Sampled::both)
        variance +=
            detail::influence_variance(context, y, mean_y, mean_x, maps.second) / static_cast<double>(y.extent(0));
    return std::sqrt(variance);
}

}  // namespace stylegan
