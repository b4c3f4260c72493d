// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/arrays.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/core/numpy_random_state.hpp>
#include <stylegan/models/directions/w_moments.hpp>

#include <xtensor/xtensor.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace stylegan {

/// Moments of w of random latents: `RandomState(seed).randn(count, latent_size)`, mapped 256 at a time.
/// @param map          from latents (N, latent_size) to w (N, w_size), such as a generator's map()
/// @param latent_size  at least 1
/// @param count        number of latents
/// @param progress     called with the number of latents that are done
/// @throws ValueError if latent_size or count is below 1, or a w is not finite
template <class Map>
[[nodiscard]] WMoments sampled_w_moments(const Map& map, Index latent_size, std::size_t count, std::uint32_t seed = 0,
                                         const std::function<void(std::size_t)>& progress = {}) {
    if (latent_size < 1 || count < 1)
        throw ValueError(
            text("sampled_w_moments: ", count, " latents of length ", latent_size, ", expected at least 1"));
    constexpr std::size_t batch = 256;
    NumpyRandomState random(seed);
    WMoments moments(1);
    for (std::size_t done = 0; done < count;) {
        const std::size_t n = std::min(count - done, batch);
        auto z = xt::xtensor<float, 2>::from_shape({n, static_cast<std::size_t>(latent_size)});
        for (float& v : z) v = static_cast<float>(random.randn());
        const auto w = map(z);
        if (done == 0) moments = WMoments(static_cast<Index>(w.shape(1)));
        moments.add(as_eigen(w).template cast<double>());
        done += n;
        if (progress) progress(done);
    }
    return moments;
}

}  // namespace stylegan
