// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/core/parameter.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/models/level.hpp>
#include <stylegan/models/synthesis_options.hpp>
#include <stylegan/ops/random_normal.hpp>

#include <cstdint>
#include <vector>

namespace stylegan {

/// The noise of all layers of a synthesis network. Layers beyond the end of `maps` have no noise; beyond the end of
/// `strength`, strength 1.
template <class Scalar>
struct SynthesisNoise {
    std::vector<Maps<const Scalar>> maps{};  ///< (N or 1, 1, H, W) of each layer, empty for none
    std::vector<Scalar> strength{};          ///< factor on the noise of each layer
};

/// The noise that the options ask for, for the layers of a level. Maps lie in the caller's workspace frame or in
/// `stored`.
/// @param stored  the network's own maps, (1, 1, H, W) for each layer
/// @param batch   number of pictures
/// @throws ShapeError if fewer maps are given than the level has layers
template <class Device>
[[nodiscard]] SynthesisNoise<typename Device::Scalar> synthesis_noise(
    Context<Device>& context, const Architecture& a, const std::vector<Parameter<Device>>& stored,
    const SynthesisOptions<typename Device::Scalar>& options, Index batch, Level level) {
    using Scalar = typename Device::Scalar;
    SynthesisNoise<Scalar> all;
    if (!a.use_noise || options.noise == Noise::none) return all;
    const auto layers = 2 * (static_cast<std::size_t>(level.stage) + 1);
    if (options.noise == Noise::given && options.noise_maps.size() < layers)
        throw ShapeError(
            text("Generator: noise maps are ", options.noise_maps.size(), ", expected ", layers, ", one a layer"));
    for (std::size_t l = 0; l < layers; ++l) {
        all.strength.push_back(Scalar(1));
        for (const auto& s : options.noise_strength)
            if (static_cast<int>(l) >= s.first && static_cast<int>(l) <= s.last)
                all.strength.back() = static_cast<Scalar>(s.strength);
        if (options.noise == Noise::constant) {
            all.maps.push_back(stored[l].template view<4>());
        } else if (options.noise == Noise::random) {
            const Maps<Scalar> map = context.take(batch, 1, stored[l].shape()[2], stored[l].shape()[3]);
            ops::random_normal(context,
                               RandomStream(options.noise_seed, 0, Purpose::noise, static_cast<std::uint32_t>(l)),
                               map.size(), map.data);
            all.maps.push_back(map);
        } else {
            const Maps<const Scalar> given = view_of(options.noise_maps[l]);
            const Maps<Scalar> map = context.take_like(given);
            context.upload(given.data, map.size(), map.data);
            all.maps.push_back(map);
        }
    }
    return all;
}

}  // namespace stylegan
