// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/arrays.hpp>
#include <stylegan/layers/truncation.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace stylegan {

/// Where the noise maps of the synthesis network come from.
enum class Noise {
    constant,  ///< the maps stored with the network: the same w gives the same picture
    random,    ///< new maps for every picture, drawn from noise_seed
    none,      ///< no noise
    given,     ///< noise_maps
};

/// A factor on the noise of some layers.
struct NoiseStrength {
    int first = 0;       ///< the first layer
    int last = 1 << 30;  ///< the last layer, inclusive
    float strength = 1;  ///< the factor; 0 for no noise
};

/// Options of the synthesis network. Every member has a default; name those that differ:
/// `{.truncation = {.psi = 0.7f, .cutoff = 8}}`. Arrays of any kind that ArrayRef takes are copied into it.
template <class Scalar>
struct SynthesisOptions {
    TruncationOptions truncation{};               ///< none by default
    Noise noise = Noise::constant;                ///< source of the noise maps
    std::uint64_t noise_seed = 0;                 ///< for Noise::random
    Arrays<Scalar, 4> noise_maps{};               ///< for Noise::given: (N or 1, 1, H, W) for each layer
    std::vector<NoiseStrength> noise_strength{};  ///< the last entry with a layer counts; 1 without an entry
    std::optional<double> lod{};                  ///< level of detail; the network's own if not given
    Array<Scalar, 2> labels{};                    ///< (N, classes), for a network with labels
};

}  // namespace stylegan
