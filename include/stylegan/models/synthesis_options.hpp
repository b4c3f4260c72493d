// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/arrays.hpp>
#include <stylegan/layers/truncation.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace stylegan {

/// Noise maps of the layers of the synthesis network.
enum class Noise {
    constant,  ///< the maps stored with the network: the same w gives the same picture
    random,    ///< new maps for every picture, drawn from noise_seed
    none,
    given,  ///< noise_maps
};

/// Scales the noise of layers first..last.
struct NoiseStrength {
    int first = 0, last = 1 << 30;
    float strength = 1;
};

/// Options of the synthesis network. Every member has a default; name those that differ:
/// `{.truncation = {.psi = 0.7f, .cutoff = 8}}`. Arrays are copied into it, from any kind that ArrayRef takes.
template <class Scalar>
struct SynthesisOptions {
    TruncationOptions truncation{};
    Noise noise = Noise::constant;
    std::uint64_t noise_seed = 0;    ///< for Noise::random
    Arrays<Scalar, 4> noise_maps{};  ///< for Noise::given: (N or 1, 1, H, W) for each layer
    std::vector<NoiseStrength> noise_strength{};
    std::optional<double> lod{};  ///< level of detail; the network's own if not given
    Array<Scalar, 2> labels{};    ///< (N, classes), for a network with labels
};

}  // namespace stylegan
