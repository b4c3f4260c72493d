// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/arrays.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/random_normal.hpp>
#include <stylegan/training/augmentation/augment_draws.hpp>

#include <xtensor/xtensor.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace stylegan {

/// All random numbers of one evaluation of the generator in training, given by the caller to compare with other
/// programs. Arrays of any kind that ArrayRef takes are copied into it.
struct GivenDraws {
    Array<float, 2> latents{};                  ///< (N, latent_size)
    Array<float, 2> second_latents{};           ///< (N, latent_size), for style mixing
    int mix_cutoff = 1 << 30;                   ///< the first layer that takes the second latents
    Arrays<float, 4> noise{};                   ///< (N, 1, H, W) for each layer
    std::vector<double> penalty_mix{};          ///< (N), u of the gradient penalty, in [0, 1)
    std::vector<AugmentDraws> augment_fakes{};  ///< (N), of generated pictures
    std::vector<AugmentDraws> augment_reals{};  ///< (N), of real pictures
};

/// Pictures that are augmented with draws of their own in one step.
enum class AugmentedSet : std::uint32_t {
    fakes = 0,            ///< generated pictures
    reals = 1,            ///< real pictures
    penalized_reals = 2,  ///< real pictures of a regularization step
    penalized_fakes = 3,  ///< generated pictures of a regularization step
};

/// The random numbers of one evaluation of the generator in training. The numbers of a picture do not depend on the
/// pictures evaluated with it, so a minibatch may be split to save memory. They are a function of (seed, step), so a
/// resumed run draws the same ones.
template <class Device>
class Draws {
public:
    using Scalar = typename Device::Scalar;

    /// @param step  unique for every evaluation of a run
    Draws(std::uint64_t seed, std::uint64_t step) : seed_(seed), step_(step) {}
    explicit Draws(GivenDraws given) : given_(std::make_shared<const GivenDraws>(std::move(given))) {}

    /// Latents for the given pictures of the minibatch, (samples, length), in the caller's workspace frame.
    /// @param second  true: the second latents, for style mixing
    [[nodiscard]] Rows<const Scalar> latents(Context<Device>& context, std::span<const Index> samples, Index length,
                                             bool second) const;

    /// Noise of a layer for the given pictures of the minibatch, (samples, 1, height, width), in the caller's workspace
    /// frame.
    [[nodiscard]] Maps<const Scalar> noise(Context<Device>& context, std::span<const Index> samples, int layer,
                                           Size size) const;

    /// The first layer that takes the second latents: with `probability` uniform in [1, layers), else `layers`. All
    /// pictures of a minibatch have the same.
    [[nodiscard]] int mix_cutoff(int layers, double probability) const {
        if (given_) return std::min(given_->mix_cutoff, layers);
        const RandomStream stream(seed_, step_, Purpose::mixing);
        if (layers < 2 || stream.uniform(0) >= probability) return layers;
        return 1 + static_cast<int>(stream.below(1, static_cast<std::uint64_t>(layers - 1)));
    }

    /// The position u between real and generated picture at which the gradient penalty is taken, in [0, 1).
    [[nodiscard]] double penalty_mix(Index sample) const {
        if (given_) return given_->penalty_mix.at(static_cast<std::size_t>(sample));
        return RandomStream(seed_, step_, Purpose::gradient_penalty).uniform(static_cast<std::uint64_t>(sample));
    }

    /// The draws for augmentation of a whole minibatch, (batch).
    [[nodiscard]] std::vector<AugmentDraws> augmentation(AugmentedSet set, Index batch) const {
        if (given_) return set == AugmentedSet::fakes ? given_->augment_fakes : given_->augment_reals;
        const RandomStream stream(seed_, step_, Purpose::augmentation, static_cast<std::uint32_t>(set));
        std::vector<AugmentDraws> draws;
        for (Index n = 0; n < batch; ++n) draws.push_back(AugmentDraws::from(stream, static_cast<std::uint64_t>(n)));
        return draws;
    }

    /// The stream of the noise of augmentation, of a whole minibatch.
    [[nodiscard]] RandomStream augmentation_noise(AugmentedSet set) const {
        return {seed_, step_, Purpose::augmentation_noise, static_cast<std::uint32_t>(set)};
    }

private:
    static void gather(Context<Device>& context, const float* from, std::span<const Index> samples, Index length,
                       Scalar* to);

    void draw(Context<Device>& context, Purpose purpose, std::uint32_t sub, std::span<const Index> samples,
              Index length, Scalar* to) const;

    std::uint64_t seed_ = 0, step_ = 0;
    std::shared_ptr<const GivenDraws> given_;  // null: drawn from seed and step
};

template <class Device>
auto Draws<Device>::latents(Context<Device>& context, std::span<const Index> samples, Index length, bool second) const
    -> Rows<const Scalar> {
    const Rows<Scalar> z = context.take(static_cast<Index>(samples.size()), length);
    if (given_)
        gather(context, (second ? given_->second_latents : given_->latents).data(), samples, length, z.data);
    else
        draw(context, second ? Purpose::second_latents : Purpose::latents, 0, samples, length, z.data);
    return z;
}

template <class Device>
auto Draws<Device>::noise(Context<Device>& context, std::span<const Index> samples, int layer, Size size) const
    -> Maps<const Scalar> {
    const Maps<Scalar> y = context.take(static_cast<Index>(samples.size()), 1, size.height, size.width);
    if (given_)
        gather(context, given_->noise.at(static_cast<std::size_t>(layer)).data(), samples, y.stride(), y.data);
    else
        draw(context, Purpose::noise, static_cast<std::uint32_t>(layer), samples, y.stride(), y.data);
    return y;
}

template <class Device>
void Draws<Device>::gather(Context<Device>& context, const float* from, std::span<const Index> samples, Index length,
                           Scalar* to) {
    std::vector<Scalar> row(static_cast<std::size_t>(length));
    for (std::size_t i = 0; i < samples.size(); ++i) {
        for (Index k = 0; k < length; ++k)
            row[static_cast<std::size_t>(k)] = static_cast<Scalar>(from[samples[i] * length + k]);
        context.upload(row.data(), length, to + static_cast<Index>(i) * length);
    }
}

template <class Device>
void Draws<Device>::draw(Context<Device>& context, Purpose purpose, std::uint32_t sub, std::span<const Index> samples,
                         Index length, Scalar* to) const {
    const RandomStream stream(seed_, step_, purpose, sub);
    const auto even =
        static_cast<std::uint64_t>(length + length % 2);  // numbers are drawn in pairs; none spans two pictures
    ops::random_normal_rows(context, stream, samples, even, length, to);
}

#ifdef STYLEGAN_COMPILED
extern template class Draws<Cpu>;
#endif

}  // namespace stylegan
