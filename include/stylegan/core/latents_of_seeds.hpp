// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/numpy_random_state.hpp>

#include <xtensor/xtensor.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace stylegan {

/// The latents z of published seeds, as the official tools make them: `RandomState(seed).randn(latent_size)`.
/// @return (seeds, latent_size)
[[nodiscard]] inline xt::xtensor<float, 2> latents_of_seeds(const std::vector<std::uint32_t>& seeds,
                                                            std::size_t latent_size = 512) {
    auto z = xt::xtensor<float, 2>::from_shape({seeds.size(), latent_size});
    const std::vector<float> values = latent_values_of_seeds(seeds, latent_size);
    std::copy(values.begin(), values.end(), z.data());
    return z;
}

}  // namespace stylegan
