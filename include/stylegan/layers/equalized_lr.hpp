// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/parameter.hpp>

#include <cmath>
#include <numbers>

namespace stylegan {

/// Equalized learning rate: a weight is stored with unit variance (over lrmul) and scaled where it is used, so that the
/// optimizer moves all weights at one pace. Without wscale it is stored at its final scale.
/// @see Karras et al. (2018), section 4.1; lrmul: Karras, Laine, Aila (2019), appendix C
struct EqualizedLr {
    double gain = std::numbers::sqrt2;
    double lrmul = 1;
    bool wscale = true;

    /// gain / sqrt(fan_in): the standard deviation that the used weight starts with.
    [[nodiscard]] double he(Index fan_in) const { return gain / std::sqrt(static_cast<double>(fan_in)); }

    /// What the stored weight is multiplied with.
    [[nodiscard]] double scale(Index fan_in) const { return wscale ? he(fan_in) * lrmul : lrmul; }

    [[nodiscard]] Initial initial(Index fan_in) const { return {0, wscale ? 1 / lrmul : he(fan_in) / lrmul}; }
};

}  // namespace stylegan
