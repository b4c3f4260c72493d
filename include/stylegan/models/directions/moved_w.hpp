// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/array_ref.hpp>
#include <stylegan/core/eigen.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>

#include <xtensor/xtensor.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

namespace stylegan {

/// An edit: w + step in some layers, w in all others. The sum is computed in double precision.
/// @tparam Scalar  of w; not deduced
/// @param w       (N, layers, w_size), as from Generator::styles()
/// @param step    (w_size), a direction times a strength
/// @param layers  indices in [0, layers)
/// @return        (N, layers, w_size)
/// @throws ShapeError if the step has another length, ValueError if a layer is out of range
template <class Scalar = float>
[[nodiscard]] xt::xtensor<Scalar, 3> moved_w(const ArrayRef<const std::type_identity_t<Scalar>, 3>& w,
                                             const Eigen::VectorXd& step, const std::vector<int>& layers) {
    require_equal("moved_w", "length of the step", Index{step.size()}, w.extent(2));
    auto moved = xt::xtensor<Scalar, 3>::from_shape({static_cast<std::size_t>(w.extent(0)),
                                                     static_cast<std::size_t>(w.extent(1)),
                                                     static_cast<std::size_t>(w.extent(2))});
    std::copy_n(w.data(), moved.size(), moved.data());
    std::vector<char> chosen(moved.shape(1), 0);  // a layer that is named twice moves once
    for (const int l : layers) {
        if (l < 0 || static_cast<std::size_t>(l) >= chosen.size())
            throw ValueError(text("moved_w: layer is ", l, ", expected 0 to ", Index(chosen.size()) - 1));
        chosen[static_cast<std::size_t>(l)] = 1;
    }
    for (std::size_t n = 0; n < moved.shape(0); ++n)
        for (std::size_t l = 0; l < moved.shape(1); ++l)
            for (std::size_t k = 0; chosen[l] != 0 && k < moved.shape(2); ++k)
                moved(n, l, k) = static_cast<Scalar>(static_cast<double>(moved(n, l, k)) + step(static_cast<Index>(k)));
    return moved;
}

}  // namespace stylegan
