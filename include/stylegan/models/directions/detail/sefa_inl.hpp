// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/models/directions/detail/descending_eigenvectors_inl.hpp>
#include <stylegan/models/directions/sefa.hpp>

#include <utility>

namespace stylegan {

STYLEGAN_INLINE SefaDirections sefa(const Eigen::MatrixXd& weights) {
    if (weights.size() == 0)
        throw ShapeError(
            text("sefa: the weights are ", weights.rows(), 'x', weights.cols(), ", expected at least 1x1"));
    if (!weights.allFinite()) throw ValueError("sefa: the weights have a number that is not finite");
    Eigen::MatrixXd a = weights;
    for (Eigen::Index c = 0; c < a.cols(); ++c) a.col(c).normalize();  // leaves a column of zeros alone
    detail::Eigenvectors found = detail::descending_eigenvectors(a * a.transpose(), "sefa");
    return {std::move(found.rows), std::move(found.values)};
}

}  // namespace stylegan
