// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/training/adam.hpp>
#include <stylegan/training/known_losses.hpp>
#include <stylegan/training/losses.hpp>
#include <stylegan/training/moving_average.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

namespace stylegan {

/// Splits a minibatch into parts. Groups of the minibatch stddev stay whole and in order, so the result does not depend
/// on the split.
/// @param batch  pictures in the minibatch
/// @param group  pictures in a stddev group: picture n belongs to group n mod (batch / group)
/// @param most   most pictures in a part, though a part has at least one group
/// @return       indices of the pictures of each part
[[nodiscard]] inline std::vector<std::vector<Index>> split_minibatch(Index batch, Index group, Index most) {
    const Index groups = batch / group, together = std::max<Index>(1, std::min(groups, most / group));
    std::vector<std::vector<Index>> parts;
    for (Index first = 0; first < groups; first += together) {
        parts.emplace_back();
        for (Index member = 0; member < group; ++member)
            for (Index g = first; g < std::min(first + together, groups); ++g)
                parts.back().push_back(member * groups + g);
    }
    return parts;
}

/// The updates of a training step. Each works on a whole minibatch; gradients are summed over its parts.
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
    /// @throws ShapeError if the batch is not a multiple of the minibatch stddev group
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

    template <class Network, class Part>
    Result step(Network& network, Adam<Device>& adam, Level level, Index batch, double lr, LossTerms terms, Part part) {
        Context<Device>& context = generator_.context();
        for_each_parameter(network, [](const std::string&, Parameter<Device>& p) {
            if (p.trainable()) p.clear_gradient();
        });
        const LossSettings settings{terms, terms == LossTerms::penalties ? reg_interval_ : 1.0, augment};
        Losses<G, D> losses(generator_, discriminator_, loss, level, batch, settings);
        const Workspace::Frame frame(context.workspace());
        const Rows<Scalar> w_sum = context.take(1, generator_.architecture().w_size());
        context.fill(w_sum, Scalar(0));
        LossValues values;
        std::vector<Index> order;
        const Index group = discriminator_.network().group(batch);
        for (const auto& samples : split_minibatch(batch, group, microbatch > 0 ? microbatch : batch)) {
            const Workspace::Frame inner(context.workspace());
            values.append(part(losses, samples, std::span<Scalar>(w_sum.data, static_cast<std::size_t>(w_sum.size()))));
            order.insert(order.end(), samples.begin(), samples.end());
        }
        if constexpr (std::is_same_v<Network, D>) clear_frozen_gradients();
        const bool moved = adam.step(network, context, lr);
        if (!moved || terms == LossTerms::penalties) return {sorted(values, order), moved};
        ops::scale(context, as_maps<const Scalar>(w_sum), Scalar(1) / static_cast<Scalar>(batch), as_maps(w_sum));
        auto& average = generator_.truncation().average().value();
        ops::average_into(context, w_sum.size(), average.data(), w_sum.data, static_cast<Scalar>(w_average_beta));
        return {sorted(values, order), true};
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
    const auto place = [&](const std::vector<double>& from, std::vector<double>& to) {
        for (std::size_t i = 0; i < from.size(); ++i) to[static_cast<std::size_t>(order[i])] = from[i];
    };
    place(values.loss, out.loss);
    place(values.penalty, out.penalty);
    place(values.real_scores, out.real_scores);
    place(values.fake_scores, out.fake_scores);
    place(values.r1, out.r1);
    place(values.real_variation, out.real_variation);
    place(values.fake_variation, out.fake_variation);
    return out;
}

#ifdef STYLEGAN_COMPILED
extern template class Updates<AnyGenerator<Cpu>, AnyDiscriminator<Cpu>>;
#endif

}  // namespace stylegan
