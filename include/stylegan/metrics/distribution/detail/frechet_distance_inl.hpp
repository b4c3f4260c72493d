// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/eigen_decompositions.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/metrics/distribution/frechet_distance.hpp>
#include <stylegan/metrics/distribution/padded_matrix.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace stylegan {

namespace detail {

/// A matrix f with f f' = c, for a covariance c, which may be singular.
inline PaddedMatrix factor_of(PaddedMatrix& c) {
    const Eigen::LDLT<Eigen::MatrixXd> ldlt(c.map());
    PaddedMatrix f(c.rows(), c.rows());
    f.map() = ldlt.transpositionsP().transpose() * Eigen::MatrixXd(ldlt.matrixL());
    for (Index k = 0; k < c.rows(); ++k) {
        const double scale = std::sqrt(std::max(0.0, ldlt.vectorD()[k]));  // roundings make zeros negative
        f.map().col(k) *= scale;
    }
    return f;
}

/// f' c f
inline PaddedMatrix conjugated(Context<Cpu>& context, const PaddedMatrix& f, const PaddedMatrix& c) {
    PaddedMatrix cf(c.rows(), c.rows()), m(c.rows(), c.rows());
    add_product(context, Reading::as_stored, c, Reading::as_stored, f, cf);
    add_product(context, Reading::transposed, f, Reading::as_stored, cf, m);
    return m;
}

/// tr sqrt(a b) of two covariances, which has the eigenvalues of f' b f where f f' = a.
inline double trace_of_root(Context<Cpu>& context, PaddedMatrix& a, PaddedMatrix& b) {
    const PaddedMatrix f = factor_of(a);
    PaddedMatrix m = conjugated(context, f, b);
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(m.map(), Eigen::EigenvaluesOnly);
    if (solver.info() != Eigen::Success)
        throw ValueError("frechet_distance: the eigenvalues of the covariances do not converge");
    double sum = 0;
    for (Index k = 0; k < m.rows(); ++k) sum += std::sqrt(std::max(0.0, solver.eigenvalues()[k]));
    return sum;
}

}  // namespace detail

STYLEGAN_INLINE double frechet_distance(Context<Cpu>& context, const FeatureMoments& x, const FeatureMoments& y,
                                        bool less_one) {
    require_equal("frechet_distance", "number of features of the second set", y.width(), x.width());
    detail::PaddedMatrix a = x.covariance(context, less_one), b = y.covariance(context, less_one);
    const std::vector<double> mean_x = x.mean(), mean_y = y.mean();
    double distance = -2 * detail::trace_of_root(context, a, b);
    for (Index k = 0; k < x.width(); ++k) {
        const double d = mean_x[static_cast<std::size_t>(k)] - mean_y[static_cast<std::size_t>(k)];
        distance += d * d + a(k, k) + b(k, k);
    }
    return distance;
}

}  // namespace stylegan
