// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace stylegan {

/// What a projection moves.
enum class LatentSpace {
    w,       ///< one w for all layers
    w_plus,  ///< a w of its own for every layer
};

/// Options of a projection. The defaults are those of the official projector, except for lr (0.1 there, which is too
/// large for a w of 128 numbers) and stored_noise_from (1 there).
struct ProjectionOptions {
    int steps = 1000;                   ///< steps of Adam, at least 1
    double lr = 0.03;                   ///< largest learning rate
    double rampup = 0.05;               ///< share of the steps in which the learning rate rises from 0
    double rampdown = 0.25;             ///< share of the steps in which it falls to 0
    double initial_noise = 0.05;        ///< noise added to w in the first step, in standard deviations of w
    double noise_ramp = 0.75;           ///< share of the steps in which that noise falls to 0
    double noise_regularization = 1e5;  ///< weight of noise_regularization()
    double stored_noise_from = 0.3;     ///< share of the steps after which the network's stored noise is used; 1: never
    int w_samples = 10000;              ///< samples for the mean and deviation of w, at least 2
    std::uint64_t seed = 303;           ///< seed of the noise maps and of the noise on w
    bool starts_at_stored_noise = false;  ///< the noise maps start as the network's; else as normal numbers
    LatentSpace space = LatentSpace::w;   ///< one w for all layers, or one for each
};

}  // namespace stylegan
