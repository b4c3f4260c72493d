// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>

namespace stylegan {

enum class GeneratorLoss {
    logistic_nonsaturating,  ///< softplus(-D(G))
    logistic_saturating,     ///< -softplus(D(G))
    wgan,                    ///< -D(G); also with the hinge loss
};

enum class DiscriminatorLoss {
    logistic,  ///< softplus(D(G)) + softplus(-D(x))
    wgan,      ///< D(G) - D(x) + drift * D(x)^2
    hinge,     ///< relu(1 + D(G)) + relu(1 - D(x))
};

/// The two losses and their gradient penalties. A weight of 0 leaves a penalty out.
///
///     R1:  r1_gamma / 2 * |grad_x D(x)|^2     R2: the same on fakes, with r2_gamma
///     gradient penalty:  gp_lambda / gp_target^2 * (|grad_m D(m)| - gp_target)^2,  m = lerp(x, G, u)
///
/// @see R1, R2: Mescheder et al. (2018), equation 9; gradient penalty: Gulrajani et al. (2017), equation 3
struct LossOptions {
    GeneratorLoss generator = GeneratorLoss::logistic_nonsaturating;
    DiscriminatorLoss discriminator = DiscriminatorLoss::logistic;
    double r1_gamma = 10;
    double r2_gamma = 0;
    double gp_lambda = 0;
    double gp_target = 1;
    double drift = 0.001;  ///< of the WGAN loss

    /// @throws ValueError if a weight is negative or gp_target is not positive
    void check() const {
        const auto require = [](bool ok, const char* name, double found, const char* expected) {
            if (!ok) throw ValueError(text("loss: ", name, " is ", found, ", expected ", expected));
        };
        require(r1_gamma >= 0, "r1_gamma", r1_gamma, "0 or more");
        require(r2_gamma >= 0, "r2_gamma", r2_gamma, "0 or more");
        require(gp_lambda >= 0, "gp_lambda", gp_lambda, "0 or more");
        require(gp_target > 0, "gp_target", gp_target, "more than 0");
        require(drift >= 0, "drift", drift, "0 or more");
    }
};

/// The losses that the paper trains with: FFHQ, and configuration A (with CelebA-HQ's baseline).
inline constexpr LossOptions logistic_r1{};
inline constexpr LossOptions wgan_gp{
    .generator = GeneratorLoss::wgan, .discriminator = DiscriminatorLoss::wgan, .r1_gamma = 0, .gp_lambda = 10};

}  // namespace stylegan
