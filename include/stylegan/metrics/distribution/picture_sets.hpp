// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/io/datasets/dataset.hpp>
#include <stylegan/io/pictures/to_uint8.hpp>
#include <stylegan/metrics/distribution/feature_set.hpp>
#include <stylegan/models/model_concepts.hpp>
#include <stylegan/models/synthesis_options.hpp>

#include <xtensor/xtensor.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace stylegan {

/// The pictures of a data set, in its order.
/// @param most  the first so many only; 0: all
[[nodiscard]] inline PictureSet picture_set(std::shared_ptr<const Dataset> dataset, Index most = 0) {
    PictureSet set;
    set.count = static_cast<Index>(dataset->size());
    if (most > 0) set.count = std::min(set.count, most);
    set.channels = dataset->channels();
    set.height = dataset->height();
    set.width = dataset->width();
    set.read = [data = std::move(dataset)](Index first, Index count, std::span<std::uint8_t> out) {
        for (Index n = 0; n < count; ++n) {
            const std::vector<std::uint8_t> picture = data->picture(static_cast<std::size_t>(first + n));
            std::copy(picture.begin(), picture.end(),
                      out.begin() + static_cast<std::ptrdiff_t>(n) * static_cast<std::ptrdiff_t>(picture.size()));
        }
    };
    return set;
}

/// What generated pictures are drawn with.
struct GeneratedOptions {
    Index count = 50000;         ///< number of pictures
    std::uint64_t seed = 0;      ///< of latents, labels and noise; picture n depends on seed and n alone
    double psi = 1;              ///< truncation; published numbers are without, 1
    std::optional<int> label{};  ///< class of every picture; drawn uniformly if not given
};

namespace detail {

/// Latents, labels and noise of pictures [first, first + count).
template <class Scalar>
struct GeneratedDraws {
    xt::xtensor<Scalar, 2> z, labels;

    GeneratedDraws(const Architecture& a, const GeneratedOptions& o, Index first, Index count)
        : z(xt::xtensor<Scalar, 2>::from_shape(
              {static_cast<std::size_t>(count), static_cast<std::size_t>(a.latent_size)})),
          labels(xt::xtensor<Scalar, 2>::from_shape(
              {static_cast<std::size_t>(count), static_cast<std::size_t>(a.label_size)})) {
        labels.fill(Scalar(0));
        for (Index n = 0; n < count; ++n) {
            const auto number = static_cast<std::uint64_t>(first + n);
            RandomStream(o.seed, number, Purpose::metric, latents)
                .fill_normal(z.data() + n * a.latent_size, static_cast<std::size_t>(a.latent_size));
            if (a.label_size == 0) continue;
            const auto classes = static_cast<std::uint64_t>(a.label_size);
            const auto drawn = RandomStream(o.seed, number, Purpose::metric, label).below(0, classes);
            labels(static_cast<std::size_t>(n),
                   o.label ? static_cast<std::size_t>(*o.label) : static_cast<std::size_t>(drawn)) = Scalar(1);
        }
    }

    /// Noise maps of each layer, drawn for each picture.
    template <class Maps>
    static void add_noise(const Maps& stored, const GeneratedOptions& o, Index first, Index count,
                          SynthesisOptions<Scalar>& options) {
        options.noise = Noise::given;
        for (std::size_t layer = 0; layer < stored.size(); ++layer) {
            const auto rows = static_cast<std::size_t>(stored[layer].shape()[2]),
                       columns = static_cast<std::size_t>(stored[layer].shape()[3]);
            auto& maps = options.noise_maps.emplace_back(
                xt::xtensor<Scalar, 4>::from_shape({static_cast<std::size_t>(count), 1, rows, columns}));
            for (Index n = 0; n < count; ++n)
                RandomStream(o.seed, static_cast<std::uint64_t>(first + n), Purpose::metric,
                             noise + static_cast<std::uint32_t>(layer))
                    .fill_normal(maps.data() + static_cast<std::size_t>(n) * rows * columns, rows * columns);
        }
    }

private:
    static constexpr std::uint32_t latents = 64, label = 65, noise = 96;  ///< streams apart from those of path lengths
};

}  // namespace detail

/// Pictures of a generator, as 8-bit pixels: random latents and labels, noise drawn for each picture.
/// @param generator  must outlive the result
/// @throws ValueError if count is less than 1, or the label is none of the network's
template <GeneratorModel G>
[[nodiscard]] PictureSet picture_set(const G& generator, const GeneratedOptions& options) {
    using Scalar = typename G::Scalar;
    const Architecture& a = generator.architecture();
    if (options.count < 1) throw ValueError(text("picture_set: count is ", options.count, ", expected at least 1"));
    if (options.label && (*options.label < 0 || *options.label >= a.label_size))
        throw ValueError(text("picture_set: label is ", *options.label, ", expected 0 to ", a.label_size - 1));
    PictureSet set;
    set.count = options.count;
    set.channels = a.num_channels;
    const Size size = a.picture();
    set.height = size.height;
    set.width = size.width;
    set.read = [&generator, options](Index first, Index count, std::span<std::uint8_t> out) {
        const Architecture& of = generator.architecture();
        const detail::GeneratedDraws<Scalar> draws(of, options, first, count);
        SynthesisOptions<Scalar> how{.truncation = {.psi = static_cast<float>(options.psi)}};
        if (of.use_noise)
            detail::GeneratedDraws<Scalar>::add_noise(generator.synthesis().noise(), options, first, count, how);
        const auto pictures = generator.synthesize(
            of.label_size > 0 ? generator.map(draws.z, draws.labels) : generator.map(draws.z), how);
        std::transform(pictures.begin(), pictures.end(), out.begin(),
                       [](Scalar v) { return to_uint8(static_cast<float>(v)); });
    };
    return set;
}

}  // namespace stylegan
