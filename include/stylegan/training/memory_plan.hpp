// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/parameter.hpp>
#include <stylegan/models/discriminator.hpp>
#include <stylegan/models/generator.hpp>
#include <stylegan/training/adam.hpp>
#include <stylegan/training/loss.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>

namespace stylegan {

/// Bytes of memory that a training step needs.
struct MemoryPlan {
    std::size_t parameters = 0;   ///< parameters of both networks and of the averaged generator
    std::size_t gradients = 0;    ///< gradients of both networks; with several shards, their sums
    std::size_t moments = 0;      ///< Adam's moments for both networks
    std::size_t activations = 0;  ///< peak of the workspace: activations kept for gradients, and scratch memory

    [[nodiscard]] std::size_t total() const { return parameters + gradients + moments + activations; }
};

namespace detail {

/// Counts the values that the passes of a step take from the workspace. Small terms are left out. The counts follow the
/// code of the layers; a test compares them with the workspace of a real step.
class ActivationPlan {
public:
    ActivationPlan(const Architecture& a, int threads) : a_(a), threads_(threads) {}

    [[nodiscard]] double discriminator_step(const Loss& loss, int stage, bool fading, double batch) const {
        const double reals_and_fakes = 2 * colours(stage) * batch;
        const double fakes =
            inputs(stage) * batch + (2 * largest(stage) + maps(stage)) * batch + scratch(stage, batch, false);
        const bool penalized = loss.r1_gamma > 0 || loss.r2_gamma > 0 || loss.gp_lambda > 0;
        double scores = discriminator_forward(stage, fading) + discriminator_backward(stage, fading);
        if (penalized) {
            // the tangent pass keeps what the forward pass keeps, except for the fade
            scores += colours(stage) * (loss.gp_lambda > 0 ? 2 : 1) + discriminator_linearized(stage, fading) +
                      discriminator_forward(stage, fading);
        }
        return reals_and_fakes + std::max(fakes, scores * batch + scratch(stage, batch, true));
    }

    [[nodiscard]] double generator_step(int stage, bool fading, double batch) const {
        double kept = 0;
        for (int s = 0; s <= stage; ++s)
            kept += maps(s) * (4 + (a_.use_instance_norm && a_.use_styles ? 2 : 0) + (a_.use_pixel_norm ? 2 : 0));
        if (fading) kept += colours(stage) + colours(stage - 1);
        const double forward = inputs(stage) + mapping() + kept + colours(stage);
        const double backward =
            mapping() + 2 * largest(stage) +
            maps(stage) * (2 + (a_.use_instance_norm && a_.use_styles ? 1 : 0) + (a_.use_pixel_norm ? 1 : 0));
        const double through_discriminator = discriminator_forward(stage, fading) + colours(stage);
        return batch * (forward + through_discriminator + std::max(discriminator_backward(stage, fading), backward)) +
               scratch(stage, batch, true);
    }

private:
    [[nodiscard]] double area(int stage) const {
        return static_cast<double>(a_.size(stage).height) * a_.size(stage).width;
    }
    [[nodiscard]] double maps(int stage) const { return a_.feature_maps(stage) * area(stage); }
    [[nodiscard]] double colours(int stage) const { return a_.num_channels * area(stage); }
    [[nodiscard]] double blurs() const { return a_.blur_filter.length > 0 ? 1 : 0; }

    [[nodiscard]] double largest(int stage) const {
        double most = 0;
        for (int s = 0; s <= stage; ++s) most = std::max(most, maps(s));
        return most;
    }

    /// Noise maps, styles and latents of one picture.
    [[nodiscard]] double inputs(int stage) const {
        double noise = 0;
        for (int s = 0; s <= stage && a_.use_noise; ++s) noise += 2 * area(s);
        return noise + (a_.layers() + 3) * static_cast<double>(a_.w_size()) + 2 * a_.latent_size;
    }

    /// Values that both passes of the mapping network keep for the gradient.
    [[nodiscard]] double mapping() const {
        double widths = 0;
        for (int layers = 0; layers <= a_.mapping_layers; ++layers) widths += a_.mapping_width(layers);
        return 2 * widths;
    }

    [[nodiscard]] double output() const { return maps(0) * 2 + a_.mbstd_num_features * area(0) + a_.nf(0); }

    [[nodiscard]] double discriminator_forward(int stage, bool fading) const {
        double kept = maps(stage) + output();
        for (int s = stage; s > 0; --s) kept += (1 + blurs()) * maps(s) + maps(s - 1);
        return kept + (fading ? colours(stage - 1) + 2 * maps(stage - 1) : 0);
    }

    [[nodiscard]] double discriminator_linearized(int stage, bool fading) const {
        double kept = maps(0) * 2 + output() + maps(stage);
        for (int s = 1; s <= stage; ++s) kept += (3 + blurs()) * maps(s) + maps(s - 1);
        return kept + (fading ? 3 * maps(stage - 1) + colours(stage - 1) + colours(stage) : 0);
    }

    /// Gradients or their tangents: of the input of every block, and inside one block at a time.
    [[nodiscard]] double discriminator_backward(int stage, bool fading) const {
        double chain = maps(0), most = maps(0) * 2 + output();
        for (int s = 1; s <= stage; ++s) {
            if (s == stage && fading) chain += 2 * maps(s - 1) + colours(s - 1);
            chain += maps(s);
            most = std::max(most, chain + (2 + blurs()) * maps(s));
        }
        return most;
    }

    /// The weight of the largest layer in the layout of the matrix product, and its copies of pictures.
    [[nodiscard]] double scratch(int stage, double batch, bool gradients) const {
        double weight = 9.0 * a_.feature_maps(0) * a_.feature_maps(0);
        weight = std::max(weight, maps(0) * a_.nf(0));
        for (int s = 1; s <= stage; ++s) weight = std::max(weight, 16.0 * a_.feature_maps(s) * a_.feature_maps(s - 1));
        const double copies = gradients ? 1 << 18 : threads_ * static_cast<double>((1 << 16) + (1 << 13));
        return weight + std::min(copies, 6 * largest(stage) * batch);
    }

    const Architecture& a_;
    int threads_;
};

}  // namespace detail

/// Estimates the memory that a trainer of these networks needs during a step. Parameters, gradients and moments are
/// exact; activations are within about 25 % of the peak of the workspace.
/// @param stage   the finest stage computed
/// @param fading  whether that stage fades in over the one below
/// @param batch   pictures evaluated at once: a minibatch, or a part of it
/// @param shards  of a minibatch, all in one process
template <class Device>
[[nodiscard]] MemoryPlan plan_memory(const AnyGenerator<Device>& generator,
                                     const AnyDiscriminator<Device>& discriminator, const Loss& loss, int stage,
                                     bool fading, Index batch, const AdamOptions& adam = {}, int shards = 1) {
    constexpr std::size_t scalar = sizeof(typename Device::Scalar);
    MemoryPlan plan;
    std::size_t largest = 0, network = 0;  // gradients of a network
    const auto count = [&](int copies) {
        network = 0;
        return [&plan, &adam, &network, &largest, copies](const std::string&, const Parameter<Device>& p) {
            const auto bytes = static_cast<std::size_t>(p.size()) * scalar;
            plan.parameters += bytes * static_cast<std::size_t>(copies);
            if (!p.trainable()) return;
            plan.gradients += bytes;
            network += bytes;
            largest = std::max(largest, network);
            plan.moments += (adam.beta1 == 0 ? 1 : 2) * bytes;
        };
    };
    for_each_parameter(generator, count(2));
    for_each_parameter(discriminator, count(1));
    if (shards > 1) plan.gradients += largest * static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(shards)));
    const detail::ActivationPlan activations(generator.architecture(), generator.context().threads());
    const auto pictures = static_cast<double>(batch);
    plan.activations =
        scalar * static_cast<std::size_t>(std::max(activations.discriminator_step(loss, stage, fading, pictures),
                                                   activations.generator_step(stage, fading, pictures)));
    return plan;
}

}  // namespace stylegan
