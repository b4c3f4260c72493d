// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/parameter.hpp>

#include <cmath>
#include <numbers>

namespace stylegan {

/// Equalized learning rate. A weight is stored with standard deviation 1 / lrmul and scaled where it is used, so the
/// optimizer moves all weights at the same relative pace. Without wscale the initial value has the scale instead.
/// @see Karras et al. (2018), section 4.1; lrmul: Karras, Laine, Aila (2019), appendix C
struct EqualizedLr {
    double gain = std::numbers::sqrt2;  ///< standard deviation of the used weight, times sqrt(fan_in)
    double lrmul = 1;                   ///< multiplier of the learning rate; the mapping network has 0.01
    bool wscale = true;                 ///< scale at use; false: scale the initial value

    /// Initial standard deviation of the used weight: gain / sqrt(fan_in).
    [[nodiscard]] double he(Index fan_in) const { return gain / std::sqrt(static_cast<double>(fan_in)); }

    /// The factor on the stored weight where it is used.
    [[nodiscard]] double scale(Index fan_in) const { return wscale ? he(fan_in) * lrmul : lrmul; }

    /// The initial distribution of the stored weight.
    [[nodiscard]] Initial initial(Index fan_in) const { return {0, wscale ? 1 / lrmul : he(fan_in) / lrmul}; }
};

}  // namespace stylegan
