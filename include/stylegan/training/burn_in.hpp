// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

namespace stylegan {

/// A gentle beginning of a run: some settings begin with another value, and go to their own along half a cosine.
/// @see Huang et al., "The GAN is dead; long live the GAN! A modern baseline GAN" (2024), appendix on training
struct BurnIn {
    double kimg = 0;     ///< length in thousands of pictures; 0: none
    double lr = 4;       ///< factor of the learning rate at the beginning, more than 0
    double gamma = 10;   ///< factor of the weights of R1 and R2 at the beginning
    double beta2 = 0.9;  ///< Adam's beta2 at the beginning, in [0, 1)
    double ema = 0;      ///< factor of the half-life of the averaged generator at the beginning
    double p = 0;        ///< factor of a fixed augmentation probability at the beginning

    friend bool operator==(const BurnIn&, const BurnIn&) = default;
};

/// A value that goes from `first` to `last` during the burn-in.
/// @param pictures  real pictures shown to the discriminator so far
[[nodiscard]] inline double burn_in_value(const BurnIn& b, double pictures, double first, double last) {
    if (!(b.kimg > 0)) return last;
    const double done = std::clamp(pictures / (b.kimg * 1000), 0.0, 1.0);
    if (done == 1) return last;
    return last + (first - last) * (1 + std::cos(std::numbers::pi * done)) / 2;
}

}  // namespace stylegan
