// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/array_ref.hpp>
#include <stylegan/core/eigen.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/layers/truncation.hpp>
#include <stylegan/models/directions/k_means.hpp>

#include <xtensor/xtensor.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace stylegan {

/// Truncation towards the nearest of several centres of W instead of its mean. It keeps the kinds of pictures of a
/// network whose data has several; a single centre, the mean w of a class, keeps the class.
///
///     w'[layer] = c + psi (w[layer] - c),  c = the centre nearest to w[layer],  for layer < cutoff
///
/// @tparam Scalar  of w; not deduced
/// @param w        (N, layers, w_size), as from Generator::styles()
/// @param centers  (k, w_size), as from k_means()
/// @return         (N, layers, w_size)
/// @throws ShapeError if the centres have another length, or there is none
/// @see Mokady et al., "Self-Distilled StyleGAN: Towards Generation from Internet Photos" (2022), section 4.3
template <class Scalar = float>
[[nodiscard]] xt::xtensor<Scalar, 3> truncated_to_centers(const ArrayRef<const std::type_identity_t<Scalar>, 3>& w,
                                                          const Eigen::Ref<const Eigen::MatrixXd>& centers,
                                                          TruncationOptions options) {
    require_equal("truncated_to_centers", "length of the centres", Index{centers.cols()}, w.extent(2));
    auto truncated = xt::xtensor<Scalar, 3>::from_shape({static_cast<std::size_t>(w.extent(0)),
                                                         static_cast<std::size_t>(w.extent(1)),
                                                         static_cast<std::size_t>(w.extent(2))});
    std::copy_n(w.data(), truncated.size(), truncated.data());
    if (options.psi == 1) return truncated;
    const Index layers = std::min<Index>(w.extent(1), options.cutoff);
    const auto psi = static_cast<double>(options.psi);
    for (Index n = 0; n < w.extent(0); ++n)
        for (Index l = 0; l < layers; ++l) {
            Scalar* const values = truncated.data() + (n * w.extent(1) + l) * w.extent(2);
            Eigen::RowVectorXd point(w.extent(2));
            for (Index k = 0; k < point.size(); ++k) point[k] = static_cast<double>(values[k]);
            const Eigen::RowVectorXd center = centers.row(nearest_center(centers, point));
            for (Index k = 0; k < point.size(); ++k)
                values[k] = static_cast<Scalar>(center[k] + psi * (point[k] - center[k]));
        }
    return truncated;
}

}  // namespace stylegan
