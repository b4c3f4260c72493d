// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/training/loss.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

namespace stylegan {

namespace detail {

inline double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
inline double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// of the discriminator, on real and on generated pictures
inline ValueAndSlope logistic_real(double s) { return {softplus(-s), -sigmoid(-s)}; }
inline ValueAndSlope logistic_fake(double s) { return {softplus(s), sigmoid(s)}; }
inline ValueAndSlope wgan_real(double s) { return {-s, -1}; }
inline ValueAndSlope wgan_fake(double s) { return {s, 1}; }
inline ValueAndSlope hinge_real(double s) { return {std::max(1 - s, 0.0), s < 1 ? -1.0 : 0.0}; }
inline ValueAndSlope hinge_fake(double s) { return {std::max(1 + s, 0.0), s > -1 ? 1.0 : 0.0}; }

// of the generator
inline ValueAndSlope logistic_nonsaturating(double s) { return {softplus(-s), -sigmoid(-s)}; }
inline ValueAndSlope logistic_saturating(double s) { return {-softplus(s), -sigmoid(s)}; }

// of pairs
inline ValueAndSlope relativistic_real(double real, double fake) { return logistic_real(real - fake); }
inline ValueAndSlope relativistic_fake(double fake, double real) { return {0, sigmoid(fake - real)}; }
inline ValueAndSlope relativistic_generator(double fake, double real) { return logistic_real(fake - real); }

}  // namespace detail

/// The losses of the official code, and a relativistic one, with the names that `stylegan train --loss` takes.
namespace losses {

/// softplus(D(G)) + softplus(-D(x)) with R1; softplus(-D(G)) for the generator. The paper's loss for FFHQ.
inline const Loss logistic{.name = "logistic",
                           .real = detail::logistic_real,
                           .fake = detail::logistic_fake,
                           .generator = detail::logistic_nonsaturating,
                           .r1_gamma = 10};

/// The same with -softplus(D(G)) for the generator.
inline const Loss logistic_saturating{.name = "logistic-saturating",
                                      .real = detail::logistic_real,
                                      .fake = detail::logistic_fake,
                                      .generator = detail::logistic_saturating,
                                      .r1_gamma = 10};

/// D(G) - D(x) with drift; -D(G) for the generator.
inline const Loss wgan{.name = "wgan",
                       .real = detail::wgan_real,
                       .fake = detail::wgan_fake,
                       .generator = detail::wgan_real,
                       .drift = 0.001};

/// The same with a gradient penalty. The paper's loss for configuration A and for the baseline on CelebA-HQ.
inline const Loss wgan_gp{.name = "wgan-gp",
                          .real = detail::wgan_real,
                          .fake = detail::wgan_fake,
                          .generator = detail::wgan_real,
                          .gp_lambda = 10,
                          .drift = 0.001};

/// relu(1 + D(G)) + relu(1 - D(x)); -D(G) for the generator.
inline const Loss hinge{
    .name = "hinge", .real = detail::hinge_real, .fake = detail::hinge_fake, .generator = detail::wgan_real};

/// The same with a gradient penalty.
inline const Loss hinge_gp{.name = "hinge-gp",
                           .real = detail::hinge_real,
                           .fake = detail::hinge_fake,
                           .generator = detail::wgan_real,
                           .gp_lambda = 10};

/// softplus(D(G) - D(x)) with R1 and R2; the generator's is softplus(D(x) - D(G)). Each generated picture is compared with
/// a real one of the minibatch. Its value is counted with the real picture, its slope belongs to both.
/// @see Jolicoeur-Martineau, "The relativistic discriminator" (2018); Huang et al., "The GAN is dead; long live the GAN! A
///      modern baseline GAN" (2024)
inline const Loss relativistic{.name = "relativistic",
                               .real = detail::relativistic_real,
                               .fake = detail::relativistic_fake,
                               .generator = detail::relativistic_generator,
                               .r1_gamma = 10,
                               .r2_gamma = 10};

/// All of the above.
[[nodiscard]] inline std::array<const Loss*, 7> all() {
    return {&logistic, &logistic_saturating, &wgan, &wgan_gp, &hinge, &hinge_gp, &relativistic};
}

/// The loss of this name; nothing for an unknown name.
[[nodiscard]] inline std::optional<Loss> find(std::string_view name) {
    for (const Loss* loss : all())
        if (loss->name == name) return *loss;
    return std::nullopt;
}

}  // namespace losses

}  // namespace stylegan
