// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/compiled.hpp>
#include <stylegan/core/eigen.hpp>

namespace stylegan {

/// What sefa() finds.
struct SefaDirections {
    Eigen::MatrixXd directions;  ///< (w_size, w_size): unit directions of w as rows, orthogonal to each other
    Eigen::VectorXd values;      ///< their eigenvalues, descending: the squared length of what a step moves
};

/// The directions of w that move the styles of some layers most, in closed form: the eigenvectors of A A', where A is the
/// style weights with each column divided by its length. So what scales a column (the equalized learning rate, a network's
/// own units) plays no part. A column of zeros moves nothing and stays. The component of largest magnitude is positive.
/// @param weights  (w_size, columns), the weights of the layers side by side: see style_weights()
/// @throws ShapeError if there are no weights, ValueError if a number is not finite
/// @see Shen, Zhou: "Closed-Form Factorization of Latent Semantics in GANs" (2021), equation 7
[[nodiscard]] STYLEGAN_INLINE SefaDirections sefa(const Eigen::MatrixXd& weights);

}  // namespace stylegan

#ifndef STYLEGAN_COMPILED
#include <stylegan/models/directions/detail/sefa_inl.hpp>
#endif
