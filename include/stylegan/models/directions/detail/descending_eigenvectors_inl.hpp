// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/eigen_decompositions.hpp>
#include <stylegan/core/error.hpp>

namespace stylegan::detail {

/// Eigenvalues, descending, and unit eigenvectors as rows.
struct Eigenvectors {
    Eigen::MatrixXd rows;
    Eigen::VectorXd values;
};

/// Of a symmetric matrix. An eigenvector has no sign of its own: its component of largest magnitude is positive.
/// @param where  the function, for errors
inline Eigenvectors descending_eigenvectors(const Eigen::MatrixXd& m, const char* where) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(m);
    if (solver.info() != Eigen::Success) throw ValueError(text(where, ": the eigenvalues do not converge"));
    Eigenvectors found{solver.eigenvectors().transpose().colwise().reverse(), solver.eigenvalues().reverse()};
    for (Eigen::Index r = 0; r < found.rows.rows(); ++r) {
        Eigen::Index largest = 0;
        found.rows.row(r).cwiseAbs().maxCoeff(&largest);
        if (found.rows(r, largest) < 0) found.rows.row(r) *= -1;
    }
    return found;
}

}  // namespace stylegan::detail
