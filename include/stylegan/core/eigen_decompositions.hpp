// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Eigen's decompositions of symmetric matrices, included as core/eigen.hpp includes its products.
#include <stylegan/core/eigen.hpp>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
