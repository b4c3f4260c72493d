// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/numpy_random_state.hpp>

#include <xtensor/xtensor.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace stylegan {

/// The latents z of published seeds, as the official tools make them: row i is
/// `RandomState(seeds[i]).randn(latent_size)`.
/// @param latent_size  `latent_size` of the network's architecture; 512 for the published networks
/// @return (seeds, latent_size)
/// @throws ValueError if latent_size is not positive
[[nodiscard]] inline xt::xtensor<float, 2> latents_of_seeds(const std::vector<std::uint32_t>& seeds,
                                                            std::integral auto latent_size) {
    if (latent_size < 1)
        throw ValueError(text("latents_of_seeds: latent_size is ", latent_size, ", expected at least 1"));
    const auto length = static_cast<std::size_t>(latent_size);
    auto z = xt::xtensor<float, 2>::from_shape({seeds.size(), length});
    const std::vector<float> values = latent_values_of_seeds(seeds, length);
    std::copy(values.begin(), values.end(), z.data());
    return z;
}

}  // namespace stylegan
