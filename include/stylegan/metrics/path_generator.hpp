// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/metrics/path_length.hpp>
#include <stylegan/models/any_generator.hpp>
#include <stylegan/models/model_concepts.hpp>

#include <algorithm>
#include <cstdint>

namespace stylegan {

/// A generator of this library as argument of perceptual_path_length(). Styles are not truncated.
/// @param generator  must outlive the result
/// @param noise      Noise::constant: the maps stored with the network, for all samples; Noise::random: maps drawn for
///                   each sample, the same for both ends of its step; Noise::none
/// @throws ValueError for Noise::given
template <GeneratorModel G>
[[nodiscard]] PathGenerator<typename G::Scalar> path_generator(const G& generator, Noise noise = Noise::constant) {
    using Scalar = typename G::Scalar;
    using Latents = xt::xtensor<Scalar, 2>;
    if (noise == Noise::given) throw ValueError("path length: noise is \"given\", expected constant, random or none");
    const Architecture& a = generator.architecture();
    const auto pictures = [&generator, noise](const Latents& w, const PathDraw& draw) {
        SynthesisOptions<Scalar> options{.noise = noise};
        if (noise == Noise::random && generator.architecture().use_noise) {
            options.noise = Noise::given;
            const auto& stored = generator.synthesis().noise();
            for (std::size_t layer = 0; layer < stored.size(); ++layer) {
                const auto height = static_cast<std::size_t>(stored[layer].shape()[2]);
                const auto width = static_cast<std::size_t>(stored[layer].shape()[3]);
                auto& maps =
                    options.noise_maps.emplace_back(xt::xtensor<Scalar, 4>::from_shape({w.shape(0), 1, height, width}));
                for (std::size_t n = 0; n < w.shape(0); ++n) {
                    Scalar* const to = maps.data() + n * height * width;
                    if (n % 2 == 1)
                        std::copy_n(to - height * width, height * width, to);
                    else
                        RandomStream(draw.seed, draw.samples[n / 2], Purpose::metric,
                                     32 + static_cast<std::uint32_t>(layer))
                            .fill_normal(to, height * width);
                }
            }
        }
        return generator.synthesize(w, options);
    };
    return {.latent_size = a.latent_size,
            .label_size = a.label_size,
            .map = [&generator](const Latents& z, const Latents& labels) { return generator.map(z, labels); },
            .pictures = pictures};
}

/// How many pairs of pictures, 1 to 64, can be evaluated at once within `bytes` of memory.
/// @param distance_bytes  bytes needed for the distance of one pair, such as Lpips::bytes_of_pair() of
///                        PathWindow::size()
/// @param bytes           memory for the largest feature maps of the generator, or for the distance
[[nodiscard]] inline std::size_t planned_pairs(const Architecture& a, std::size_t distance_bytes,
                                               std::size_t bytes = std::size_t{1} << 28) {
    std::size_t largest = 0;
    for (int stage = 0; stage < a.stages(); ++stage)
        largest = std::max(largest, static_cast<std::size_t>(a.feature_maps(stage)) *
                                        static_cast<std::size_t>(a.size(stage).height) *
                                        static_cast<std::size_t>(a.size(stage).width));
    const std::size_t pair = std::max(2 * 4 * largest * sizeof(float), distance_bytes);
    return std::clamp<std::size_t>(bytes / std::max<std::size_t>(pair, 1), 1, 64);
}

}  // namespace stylegan
