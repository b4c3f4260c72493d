// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/numpy_random_state.hpp>
#include <stylegan/models/any_generator.hpp>
#include <stylegan/models/model_concepts.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace stylegan {

/// Samples of w of a generator, with their mean and deviation: starting points of a projection.
template <class Scalar = float>
struct SampledW {
    xt::xtensor<Scalar, 2> w;     ///< (count, w_size)
    xt::xtensor<Scalar, 2> mean;  ///< (1, w_size)
    double deviation = 0;         ///< root mean square distance from the mean

    /// Sample i, (1, w_size).
    [[nodiscard]] xt::xtensor<Scalar, 2> row(std::size_t i) const {
        auto one = xt::xtensor<Scalar, 2>::from_shape({1, w.shape(1)});
        std::copy_n(w.data() + i * w.shape(1), w.shape(1), one.data());
        return one;
    }
};

/// Samples w from the latents that the official projector uses.
/// @param count  number of samples, at least 2
template <GeneratorModel G>
[[nodiscard]] SampledW<typename G::Scalar> sample_w(const G& generator, std::size_t count) {
    using Scalar = typename G::Scalar;
    using Latents = typename G::Latents;
    const Architecture& a = generator.architecture();
    const auto length = static_cast<std::size_t>(a.w_size());
    SampledW<Scalar> all{Latents::from_shape({count, length}), Latents::from_shape({1, length})};
    NumpyRandomState random(123);
    for (std::size_t done = 0; done < count;) {
        const std::size_t n = std::min<std::size_t>(count - done, 256);
        Latents z = Latents::from_shape({n, static_cast<std::size_t>(a.latent_size)});
        for (std::size_t i = 0; i < z.size(); ++i) z.data()[i] = static_cast<Scalar>(random.randn());
        const Latents w = generator.map(z);
        std::copy(w.begin(), w.end(), all.w.data() + done * length);
        done += n;
    }
    std::vector<double> sum(length), squares(length);
    for (std::size_t i = 0; i < all.w.size(); ++i) {
        const auto v = static_cast<double>(all.w.data()[i]);
        sum[i % length] += v;
        squares[i % length] += v * v;
    }
    double variance = 0;
    for (std::size_t k = 0; k < length; ++k) {
        const double mean = sum[k] / static_cast<double>(count);
        all.mean.data()[k] = static_cast<Scalar>(mean);
        variance += std::max(0.0, squares[k] / static_cast<double>(count) - mean * mean);
    }
    all.deviation = std::sqrt(variance);
    return all;
}

/// Finds the samples of w whose pictures are nearest to a target.
/// @param samples   how many samples to try, from the first
/// @param count     how many indices to return at most
/// @param distance  of a picture (1, C, H, W) from the target
/// @param progress  called after each picture
/// @return          indices of the samples, nearest first
template <GeneratorModel G>
[[nodiscard]] std::vector<std::size_t> nearest_samples(
    const G& generator, const SampledW<typename G::Scalar>& sampled, std::size_t samples, std::size_t count,
    const std::function<double(const typename G::Pictures&)>& distance, const std::function<void()>& progress = {}) {
    std::vector<std::pair<double, std::size_t>> all;
    for (std::size_t i = 0; i < std::min(samples, sampled.w.shape(0)); ++i) {
        all.emplace_back(distance(generator.synthesize(sampled.row(i))), i);
        if (progress) progress();
    }
    std::sort(all.begin(), all.end());
    std::vector<std::size_t> nearest;
    for (std::size_t i = 0; i < std::min(count, all.size()); ++i) nearest.push_back(all[i].second);
    return nearest;
}

}  // namespace stylegan
