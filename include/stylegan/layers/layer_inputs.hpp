// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>

#include <array>

namespace stylegan {

/// Inputs of the two layers of a synthesis block, besides the feature maps of the block below.
template <class Scalar>
struct LayerInputs {
    std::array<Rows<const Scalar>, 2> w{};      ///< styles, (N, w_size) each
    std::array<Maps<const Scalar>, 2> noise{};  ///< (N or 1, 1, H, W) each, empty for none
    std::array<Scalar, 2> strength{1, 1};       ///< factors on the noise
};

}  // namespace stylegan
