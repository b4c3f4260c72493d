// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/training/adam.hpp>
#include <stylegan/training/known_losses.hpp>
#include <stylegan/training/losses.hpp>
#include <stylegan/training/moving_average.hpp>
#include <stylegan/training/parallel/loss_values_of_ranks.hpp>
#include <stylegan/training/parallel/shard_sum.hpp>
#include <stylegan/training/parallel/shards.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace stylegan {

/// The updates of a training step. Each works on a whole minibatch; gradients are summed over its parts.
///
/// Several shards: the gradient of each is computed by itself, and they are added in a fixed order. Ranks share the
/// shards of each minibatch, and all of them make the same update; the result has the bits of one process with as many
/// shards.
///
/// Lazy regularization: with an interval k above 1, discriminator_step() leaves penalties out, and every k-th step
/// regularization_step() follows, with k times their gradient. To make up for the additional updates, the discriminator's
/// learning rate is multiplied by r = k / (k + 1), and its decays are raised to the power of r.
/// @see Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020), appendix B
template <GeneratorModel G, DiscriminatorModel D>
class Updates {
public:
    using Device = typename G::Device;
    using Scalar = typename Device::Scalar;
    /// Writes the real pictures with these indices in the minibatch, and their labels unless `labels` is empty.
    using FillReals = std::function<void(std::span<const Index> samples, Maps<Scalar> pictures, Rows<Scalar> labels)>;
    /// Writes labels (samples, classes) for generated pictures with these indices in the minibatch.
    using FillLabels = std::function<void(std::span<const Index> samples, Rows<Scalar> labels)>;

    /// The result of an update.
    struct Result {
        LossValues values{};  ///< in the order of the minibatch
        bool moved = true;    ///< false: a gradient was not finite, so nothing changed
    };

    /// @param reg_interval  k of lazy regularization; 1: penalties in every step, in one update with the loss
    /// @throws ValueError if it is less than 1
    Updates(G& generator, D& discriminator, AdamOptions options = {}, int reg_interval = 1);

    Loss loss = losses::logistic;   ///< the loss of both networks
    double w_average_beta = 0.995;  ///< decay of the average w in each update, in [0, 1)
    Index microbatch = 0;           ///< pictures evaluated at once; 0: the whole minibatch
    AugmentNow augment{};           ///< of all pictures that the discriminator sees
    /// Beginnings of the names of the discriminator's parameters that stay as they are.
    std::vector<std::string> frozen{};
    int shards = 1;  ///< of each minibatch: 1, 2, 4, ...; a multiple of the number of ranks
    /// The processes that share the shards.
    std::shared_ptr<Communicator> ranks = std::make_shared<SingleProcess>();

    [[nodiscard]] Adam<Device>& generator_adam() { return generator_adam_; }
    [[nodiscard]] Adam<Device>& discriminator_adam() { return discriminator_adam_; }
    [[nodiscard]] const Adam<Device>& generator_adam() const { return generator_adam_; }
    [[nodiscard]] const Adam<Device>& discriminator_adam() const { return discriminator_adam_; }
    /// Changes the decay of the second moments, as in AdamOptions.
    void set_beta2(double beta2) {
        generator_adam_.set_beta2(beta2);
        discriminator_adam_.set_beta2(std::pow(beta2, lazy_ratio()));
    }

    /// k of lazy regularization.
    [[nodiscard]] int reg_interval() const { return reg_interval_; }
    /// Whether a regularization step follows the discriminator's step of this number, counted from 0.
    [[nodiscard]] bool regularizes_after(std::uint64_t step) const {
        return reg_interval_ > 1 && step % static_cast<std::uint64_t>(reg_interval_) == 0 &&
               (loss.r1_gamma > 0 || loss.r2_gamma > 0 || loss.gp_lambda > 0);
    }

    /// Updates the discriminator.
    /// @param draws  random numbers of the generated pictures
    /// @param batch  pictures in the minibatch
    /// @param lr     learning rate
    /// @param fill   gives the real pictures, and the labels of real and generated ones
    /// @throws ShapeError if the batch is not a multiple of the minibatch stddev group, or its groups of the shards;
    ///         DeviceError if ranks cannot exchange gradients
    Result discriminator_step(const Draws<Device>& draws, Level level, Index batch, double lr, const FillReals& fill);

    /// Updates the discriminator by the gradient of penalties alone, for lazy regularization. Arguments are those of
    /// discriminator_step(). The average w stays as it is.
    Result regularization_step(const Draws<Device>& draws, Level level, Index batch, double lr, const FillReals& fill);

    /// Updates the generator. Other arguments are those of discriminator_step().
    /// @param fill   gives the labels, for a generator with labels
    /// @param reals  for a loss whose .generator takes pairs: gives the real pictures, and the labels instead of `fill`
    /// @throws ShapeError as above; ValueError if such a loss gets no reals
    Result generator_step(const Draws<Device>& draws, Level level, Index batch, double lr, const FillLabels& fill,
                          const FillReals& reals = {});

private:
    [[nodiscard]] double lazy_ratio() const { return reg_interval_ > 1 ? reg_interval_ / (reg_interval_ + 1.0) : 1; }
    [[nodiscard]] static AdamOptions scaled(AdamOptions o, double ratio) {
        if (ratio == 1) return o;
        o.beta1 = std::pow(o.beta1, ratio);
        o.beta2 = std::pow(o.beta2, ratio);
        return o;
    }

    void clear_frozen_gradients() {
        if (frozen.empty()) return;
        for_each_parameter(discriminator_, [&](const std::string& name, Parameter<Device>& p) {
            const auto begins = [&](const std::string& prefix) { return name.starts_with(prefix); };
            if (p.trainable() && std::any_of(frozen.begin(), frozen.end(), begins)) p.clear_gradient();
        });
    }

    Result step_of_discriminator(LossTerms terms, const Draws<Device>& draws, Level level, Index batch, double lr,
                                 const FillReals& fill);

    template <class Network>
    static void clear_gradients(Network& network) {
        for_each_parameter(network, [](const std::string&, Parameter<Device>& p) {
            if (p.trainable()) p.clear_gradient();
        });
    }

    /// What is summed over shards: the gradients of a network, and w.
    template <class Network>
    static std::vector<std::span<Scalar>> summed(Network& network, std::span<Scalar> w_sum) {
        std::vector<std::span<Scalar>> arrays{w_sum};
        for_each_parameter(network, [&](const std::string&, Parameter<Device>& p) {
            if (p.trainable()) arrays.emplace_back(p.gradient().data(), p.gradient().size());
        });
        return arrays;
    }

    /// The pictures of the minibatch in the order in which shards evaluate them.
    [[nodiscard]] std::vector<Index> order_of(Index batch, Index group) const {
        std::vector<Index> order;
        for (int shard = 0; shard < shards; ++shard)
            for (const auto& samples : parts_of_shard(batch, group, shards, shard, microbatch))
                order.insert(order.end(), samples.begin(), samples.end());
        return order;
    }

    template <class Network, class Part>
    Result step(Network& network, Adam<Device>& adam, Level level, Index batch, double lr, LossTerms terms, Part part) {
        Context<Device>& context = generator_.context();
        clear_gradients(network);
        const LossSettings settings{terms, terms == LossTerms::penalties ? reg_interval_ : 1.0, augment};
        Losses<G, D> losses(generator_, discriminator_, loss, level, batch, settings);
        const Workspace::Frame frame(context.workspace());
        const Rows<Scalar> w_rows = context.take(1, generator_.architecture().w_size());
        const std::span<Scalar> w_sum(w_rows.data, static_cast<std::size_t>(w_rows.size()));
        context.fill(w_rows, Scalar(0));
        LossValues values;
        const Index group = discriminator_.network().group(batch);
        const ShardRange mine = shards_of_rank(shards, ranks->rank(), ranks->size());
        if (shards > 1) shard_sum_.begin(summed(network, w_sum));
        for (int shard = mine.first; shard < mine.last; ++shard) {
            if (shard > mine.first) {
                clear_gradients(network);
                context.fill(w_rows, Scalar(0));
            }
            const auto parts = parts_of_shard(batch, group, shards, shard, microbatch);
            const bool last = shard + 1 == mine.last;
            const int passes = std::is_same_v<Network, D> ? losses.discriminator_passes() : 1;
            const auto overlap = last && ranks->size() > 1
                                     ? shard_sum_.watch(context, ranks, passes * static_cast<int>(parts.size()))
                                     : typename ShardSum<Device>::Watch();
            for (const auto& samples : parts) {
                const Workspace::Frame inner(context.workspace());
                values.append(part(losses, samples, w_sum));
            }
            if (shards > 1 && !last) shard_sum_.add(context);
        }
        if (shards > 1) shard_sum_.finish(context, *ranks);
        values = sorted(join_loss_values(*ranks, values), order_of(batch, group));
        if constexpr (std::is_same_v<Network, D>) clear_frozen_gradients();
        const bool moved = adam.step(network, context, lr);
        if (!moved || terms == LossTerms::penalties) return {std::move(values), moved};
        ops::scale(context, as_maps<const Scalar>(w_rows), Scalar(1) / static_cast<Scalar>(batch), as_maps(w_rows));
        auto& average = generator_.truncation().average().value();
        ops::average_into(context, w_rows.size(), average.data(), w_rows.data, static_cast<Scalar>(w_average_beta));
        return {std::move(values), true};
    }

    [[nodiscard]] Maps<Scalar> take_pictures(Index n, Level level) const {
        const Shape4 s = generator_.synthesis().picture_shape(n, level);
        return generator_.context().take(s[0], s[1], s[2], s[3]);
    }

    [[nodiscard]] Rows<Scalar> take_labels(Index n) const {
        const int classes = generator_.architecture().label_size;
        return classes > 0 ? generator_.context().take(n, classes) : Rows<Scalar>{};
    }

    static LossValues sorted(const LossValues& values, const std::vector<Index>& order);

    G& generator_;
    D& discriminator_;
    int reg_interval_ = 1;
    Adam<Device> generator_adam_, discriminator_adam_;
    ShardSum<Device> shard_sum_;
};

template <GeneratorModel G, DiscriminatorModel D>
Updates<G, D>::Updates(G& generator, D& discriminator, AdamOptions options, int reg_interval)
    : generator_(generator),
      discriminator_(discriminator),
      reg_interval_(reg_interval),
      generator_adam_(generator, options),
      discriminator_adam_(discriminator, scaled(options, lazy_ratio())) {
    if (reg_interval < 1) throw ValueError(text("training: reg_interval is ", reg_interval, ", expected more than 0"));
}

template <GeneratorModel G, DiscriminatorModel D>
auto Updates<G, D>::discriminator_step(const Draws<Device>& draws, Level level, Index batch, double lr,
                                       const FillReals& fill) -> Result {
    return step_of_discriminator(reg_interval_ > 1 ? LossTerms::scores : LossTerms::all, draws, level, batch, lr, fill);
}

template <GeneratorModel G, DiscriminatorModel D>
auto Updates<G, D>::regularization_step(const Draws<Device>& draws, Level level, Index batch, double lr,
                                        const FillReals& fill) -> Result {
    return step_of_discriminator(LossTerms::penalties, draws, level, batch, lr, fill);
}

template <GeneratorModel G, DiscriminatorModel D>
auto Updates<G, D>::step_of_discriminator(LossTerms terms, const Draws<Device>& draws, Level level, Index batch,
                                          double lr, const FillReals& fill) -> Result {
    return step(discriminator_, discriminator_adam_, level, batch, lr * lazy_ratio(), terms,
                [&](Losses<G, D>& losses, std::span<const Index> samples, auto w_sum) {
                    const auto n = static_cast<Index>(samples.size());
                    const Maps<Scalar> pictures = take_pictures(n, level);
                    const Rows<Scalar> labels = take_labels(n);
                    fill(samples, pictures, labels);
                    return losses.discriminator_loss(draws, samples, pictures, labels, w_sum);
                });
}

template <GeneratorModel G, DiscriminatorModel D>
auto Updates<G, D>::generator_step(const Draws<Device>& draws, Level level, Index batch, double lr,
                                   const FillLabels& fill, const FillReals& reals) -> Result {
    const bool paired = loss.generator.paired();
    if (paired && !reals)
        throw ValueError(text("training: loss \"", loss.name, "\" pairs generated with real pictures, found none"));
    return step(generator_, generator_adam_, level, batch, lr, LossTerms::all,
                [&](Losses<G, D>& losses, std::span<const Index> samples, auto w_sum) {
                    const auto n = static_cast<Index>(samples.size());
                    const Maps<Scalar> pictures = paired ? take_pictures(n, level) : Maps<Scalar>{};
                    const Rows<Scalar> labels = take_labels(n);
                    if (paired)
                        reals(samples, pictures, labels);
                    else if (!labels.empty())
                        fill(samples, labels);
                    return losses.generator_loss(draws, samples, pictures, labels, w_sum);
                });
}

template <GeneratorModel G, DiscriminatorModel D>
LossValues Updates<G, D>::sorted(const LossValues& values, const std::vector<Index>& order) {
    LossValues out = values;
    LossValues::for_each_list(
        [&](const std::vector<double>& from, std::vector<double>& to) {
            for (std::size_t i = 0; i < from.size(); ++i) to[static_cast<std::size_t>(order[i])] = from[i];
        },
        values, out);
    return out;
}

#ifdef STYLEGAN_COMPILED
extern template class Updates<AnyGenerator<Cpu>, AnyDiscriminator<Cpu>>;
#endif

}  // namespace stylegan
