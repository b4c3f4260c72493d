// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/models/discriminator.hpp>
#include <stylegan/models/model_concepts.hpp>
#include <stylegan/ops/channels/squared_lengths.hpp>
#include <stylegan/ops/elementwise/lerp.hpp>
#include <stylegan/ops/elementwise/scale.hpp>
#include <stylegan/ops/norm/minibatch_stddev.hpp>
#include <stylegan/training/augmentation/augmented_pictures.hpp>
#include <stylegan/training/generator_pass.hpp>
#include <stylegan/training/loss.hpp>
#include <stylegan/training/loss_values.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

namespace stylegan {

/// Evaluates a loss on some pictures of a minibatch, and adds their share of the gradient of the minibatch's mean loss.
///
/// Second order: R1, R2 and the gradient penalty need the parameter gradient of |grad_x D(x)|^2. It is the directional
/// derivative of the first gradient along v, a multiple of grad_x D(x) that is held constant. One tangent pass forward
/// and one backward compute it. The backward tangent is linear in the tangent it starts from. Starting it from
/// dloss/dscore adds the ordinary gradient of the loss in the same pass. So R1 costs one tangent forward and one more
/// product per layer, and no second backward pass.
///
/// With augmentation the discriminator sees A x + b, and penalties are on the gradient with respect to x.
template <GeneratorModel G, DiscriminatorModel D>
class Losses {
public:
    using Device = typename G::Device;
    using Scalar = typename Device::Scalar;

    /// @param batch  pictures in the whole minibatch; gradients are those of its mean loss
    Losses(G& generator, D& discriminator, const Loss& loss, Level level, Index batch, LossSettings settings = {})
        : generator_(generator),
          discriminator_(discriminator),
          loss_(loss),
          level_(level),
          batch_(batch),
          settings_(settings) {
        const double repeat = level.repeat(discriminator.architecture());
        // The official penalties are those of full resolution. There each pixel of this level is repeated repeat^2
        // times, each with 1/repeat^2 of the gradient.
        penalty_scale_ = 1 / (repeat * repeat);
    }

    /// The generator's loss. Adds to the gradients of the generator.
    /// @param samples  indices of the pictures of the minibatch that are evaluated
    /// @param reals    as for discriminator_loss(), for a loss whose .generator takes pairs; else empty
    /// @param labels   (samples, classes), empty without labels
    /// @param w_sum    (w_size), to which the sum of w over the samples is added
    LossValues generator_loss(const Draws<Device>& draws, std::span<const Index> samples, Maps<const Scalar> reals,
                              Rows<const Scalar> labels, std::span<Scalar> w_sum);

    /// The discriminator's loss. Adds to the gradients of the discriminator. Other arguments are those of
    /// generator_loss(). Penalties alone need the generator only for those on generated pictures.
    /// @param reals  (samples, num_channels, H, W), of the size of the level's stage
    LossValues discriminator_loss(const Draws<Device>& draws, std::span<const Index> samples, Maps<const Scalar> reals,
                                  Rows<const Scalar> labels, std::span<Scalar> w_sum);

    /// How many passes of discriminator_loss() add to each gradient of the discriminator.
    [[nodiscard]] int discriminator_passes() const {
        const int penalty = loss_.gp_lambda > 0 ? 1 : 0;
        switch (settings_.terms) {
            case LossTerms::scores: return 2;
            case LossTerms::penalties: return (loss_.r1_gamma > 0 ? 1 : 0) + (loss_.r2_gamma > 0 ? 1 : 0) + penalty;
            case LossTerms::all: break;
        }
        return 2 + penalty;
    }

private:
    using Cache = typename D::Network::Cache;
    using Augmented = AugmentedPictures<Device>;

    /// The augmentation of one set of pictures, like x.
    [[nodiscard]] Augmented augmented(const Draws<Device>& draws, AugmentedSet set, std::span<const Index> samples,
                                      Maps<const Scalar> x) const {
        if (settings_.terms == LossTerms::penalties)
            set = set == AugmentedSet::reals ? AugmentedSet::penalized_reals : AugmentedSet::penalized_fakes;
        return Augmented(settings_.augment, draws, set, {batch_, x.extent(1), x.extent(2), x.extent(3)}, samples);
    }

    static Maps<Scalar> take(Context<Device>& context, Shape4 s) { return context.take(s[0], s[1], s[2], s[3]); }

    static std::vector<Scalar> downloaded(Context<Device>& context, Rows<const Scalar> scores) {
        std::vector<Scalar> host(static_cast<std::size_t>(scores.size()));
        context.download(scores.data, scores.size(), host.data());
        return host;
    }

    /// The scores of pictures, without a gradient.
    /// @return (N), in CPU memory
    std::vector<double> scores_of(Context<Device>& context, Maps<const Scalar> x, const Augmented& augmented,
                                  Rows<const Scalar> labels) {
        const Workspace::Frame frame(context.workspace());
        const Rows<Scalar> scores = context.take(x.extent(0), 1);
        discriminator_.network().forward(context, augmented.forward(context, x), labels, level_, scores, nullptr);
        const std::vector<Scalar> host = downloaded(context, scores);
        return {host.begin(), host.end()};
    }

    /// How much pictures differ within their minibatch stddev group, one value for each picture; empty for groups of one.
    std::vector<double> variation_of(Context<Device>& context, Maps<const Scalar> x) const {
        const Index n = x.extent(0), group = discriminator_.network().group(batch_);
        if (group < 2) return {};
        const Workspace::Frame frame(context.workspace());
        const Maps<Scalar> y = context.take(n, x.extent(1) + 1, x.extent(2), x.extent(3));
        ops::minibatch_stddev(context, x, static_cast<int>(group), 1, Scalar(1e-8), y);
        std::vector<Scalar> of_group(static_cast<std::size_t>(n / std::min(group, n)));
        std::vector<double> variation;
        for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {  // picture i belongs to group i mod groups
            Scalar& value = of_group[i % of_group.size()];
            const Scalar* const found = y.data + static_cast<Index>(i + 1) * y.stride() - 1;
            if (i < of_group.size()) context.download(found, 1, &value);
            variation.push_back(static_cast<double>(value));
        }
        return variation;
    }

    /// Appends the loss of each score to `loss`, and the score to `seen`.
    /// @param f      (score, other) -> ValueAndSlope
    /// @param other  the other score of each pair; empty for a function of one score
    /// @return       dloss/dscore / batch, (N, 1)
    template <class F>
    Rows<Scalar> on_scores(Context<Device>& context, Rows<const Scalar> scores, const std::vector<double>& other,
                           std::vector<double>& loss, std::vector<double>& seen, const F& f) const {
        std::vector<Scalar> host = downloaded(context, scores);
        for (std::size_t i = 0; i < host.size(); ++i) {
            const auto score = static_cast<double>(host[i]);
            const ValueAndSlope p = f(score, other.empty() ? 0.0 : other[i]);
            seen.push_back(score);
            loss.push_back(p.value);
            host[i] = static_cast<Scalar>(p.slope / static_cast<double>(batch_));
        }
        const Rows<Scalar> dscores = context.take_like(scores);
        context.upload(host.data(), dscores.size(), dscores.data);
        return dscores;
    }

    /// The discriminator's loss for real or for generated pictures, with the penalty gamma / 2 * |grad_x D(x)|^2 if
    /// gamma > 0.
    /// @return the penalty of each picture; empty if only scores are evaluated
    template <class F>
    std::vector<double> half(Context<Device>& context, Maps<const Scalar> x, const Augmented& augmented,
                             Rows<const Scalar> labels, double gamma, const std::vector<double>& other,
                             std::vector<double>& loss, std::vector<double>& seen, const F& f) {
        const Workspace::Frame frame(context.workspace());
        auto& network = discriminator_.network();
        Cache cache;
        const Rows<Scalar> scores = context.take(x.extent(0), 1);
        network.forward(context, augmented.forward(context, x), labels, level_, scores, &cache);
        Rows<Scalar> dscores;
        if (settings_.terms == LossTerms::penalties) {
            for (const Scalar s : downloaded(context, scores)) seen.push_back(static_cast<double>(s));
            dscores = context.take_like(scores);
            context.fill(dscores, Scalar(0));
        } else {
            dscores = on_scores(context, scores, other, loss, seen, f);
        }
        if (gamma == 0 || settings_.terms == LossTerms::scores) {
            network.backward(context, cache, dscores, {}, Pass::gradients);
            return std::vector<double>(settings_.terms == LossTerms::scores ? 0 : seen.size(), 0);
        }
        return penalized(context, cache, x, augmented, scores, dscores, [&](double squared) -> ValueAndSlope {
            return {gamma / 2 * squared, gamma};
        });
    }

    /// A penalty on the gradient of the scores. The backward tangent starts from dscores.
    /// @param f  (squared length of a picture's gradient at full resolution) -> value of the penalty, v / gradient
    /// @return   the penalty of each picture
    template <class F>
    std::vector<double> penalized(Context<Device>& context, Cache& cache, Maps<const Scalar> x,
                                  const Augmented& augmented, Rows<Scalar> scores, Rows<const Scalar> dscores, F f) {
        auto& network = discriminator_.network();
        const Maps<Scalar> gradient = context.take_like(x);
        context.fill(scores, Scalar(1));
        network.backward(context, cache, scores, gradient, Pass::linearize);
        augmented.backward(context, gradient);
        std::vector<double> penalty;
        const auto squares = ops::squared_lengths(context, gradient);
        for (Index n = 0; n < x.extent(0); ++n) {
            const ValueAndSlope p = f(squares[static_cast<std::size_t>(n)] * penalty_scale_);
            penalty.push_back(p.value);
            const Maps<Scalar> v = gradient.part(n, 1);
            const double weight = p.slope * penalty_scale_ * settings_.penalty_weight;
            ops::scale(context, v, static_cast<Scalar>(weight / static_cast<double>(batch_)), v);
        }
        const Rows<Scalar> scores_dot = context.take_like(scores);
        network.tangent(context, cache, augmented.tangent(context, gradient), scores_dot);
        network.backward_tangent(context, cache, dscores, {});
        return penalty;
    }

    void add_gradient_penalty(Context<Device>& context, const Draws<Device>& draws, std::span<const Index> samples,
                              Maps<const Scalar> reals, Maps<const Scalar> fakes, const Augmented& augmented,
                              Rows<const Scalar> labels, std::vector<double>& penalty);

    G& generator_;
    D& discriminator_;
    Loss loss_;
    Level level_;
    Index batch_;
    LossSettings settings_;
    double penalty_scale_ = 1;
};

template <GeneratorModel G, DiscriminatorModel D>
LossValues Losses<G, D>::generator_loss(const Draws<Device>& draws, std::span<const Index> samples,
                                        Maps<const Scalar> reals, Rows<const Scalar> labels, std::span<Scalar> w_sum) {
    Context<Device>& context = generator_.context();
    const Workspace::Frame frame(context.workspace());
    std::vector<double> other;
    if (loss_.generator.paired())
        other = scores_of(context, reals, augmented(draws, AugmentedSet::reals, samples, reals), labels);
    GeneratorPass<G> pass(generator_, draws, level_, samples);
    const Maps<Scalar> fakes = take(context, pass.picture_shape());
    pass.forward(labels, fakes, w_sum, true);
    Cache cache;
    const Rows<Scalar> scores = context.take(fakes.extent(0), 1);
    const Augmented of_fakes = augmented(draws, AugmentedSet::fakes, samples, fakes);
    discriminator_.network().forward(context, of_fakes.forward(context, fakes), labels, level_, scores, &cache);
    LossValues values;
    const Rows<Scalar> dscores = on_scores(context, scores, other, values.loss, values.fake_scores, loss_.generator);
    values.penalty.assign(values.loss.size(), 0);
    const Maps<Scalar> dfakes = context.take_like(fakes);
    discriminator_.network().backward(context, cache, dscores, dfakes, Pass::inputs);
    of_fakes.backward(context, dfakes);
    pass.backward(dfakes);
    return values;
}

template <GeneratorModel G, DiscriminatorModel D>
LossValues Losses<G, D>::discriminator_loss(const Draws<Device>& draws, std::span<const Index> samples,
                                            Maps<const Scalar> reals, Rows<const Scalar> labels,
                                            std::span<Scalar> w_sum) {
    Context<Device>& context = generator_.context();
    const Workspace::Frame frame(context.workspace());
    const bool penalties = settings_.terms == LossTerms::penalties;
    const bool penalized_fakes = loss_.r2_gamma > 0 || loss_.gp_lambda > 0;
    const Augmented of_reals = augmented(draws, AugmentedSet::reals, samples, reals);
    Maps<Scalar> fakes;
    std::optional<Augmented> of_fakes;
    if (!penalties || penalized_fakes) {
        GeneratorPass<G> pass(generator_, draws, level_, samples);
        fakes = take(context, pass.picture_shape());
        pass.forward(labels, fakes, w_sum, false);
        of_fakes.emplace(augmented(draws, AugmentedSet::fakes, samples, fakes));
    }

    std::vector<double> fake_scores;  // for a loss of pairs: the half of the reals comes first, and needs them
    if (loss_.discriminator_is_paired() && !penalties) fake_scores = scores_of(context, fakes, *of_fakes, labels);
    const auto real = [&](double score, double other) {
        ValueAndSlope p = loss_.real(score, other);
        if (loss_.drift > 0) p = {p.value + loss_.drift * score * score, p.slope + 2 * loss_.drift * score};
        return p;
    };
    LossValues values;
    if (!penalties) {
        values.real_variation = variation_of(context, reals);
        values.fake_variation = variation_of(context, fakes);
    }
    std::vector<double> fake_loss, r2;
    if (!penalties || loss_.r1_gamma > 0)
        values.r1 =
            half(context, reals, of_reals, labels, loss_.r1_gamma, fake_scores, values.loss, values.real_scores, real);
    if (!penalties || loss_.r2_gamma > 0)
        r2 = half(context, fakes, *of_fakes, labels, loss_.r2_gamma, values.real_scores, fake_loss, values.fake_scores,
                  loss_.fake);
    for (std::size_t i = 0; i < values.loss.size(); ++i) values.loss[i] += fake_loss[i];
    if (settings_.terms == LossTerms::scores) return values;
    values.penalty.assign(samples.size(), 0);
    for (std::size_t i = 0; i < values.r1.size(); ++i) values.penalty[i] += values.r1[i];
    for (std::size_t i = 0; i < r2.size(); ++i) values.penalty[i] += r2[i];
    if (loss_.gp_lambda > 0)
        add_gradient_penalty(context, draws, samples, reals, fakes, of_reals, labels, values.penalty);
    return values;
}

template <GeneratorModel G, DiscriminatorModel D>
void Losses<G, D>::add_gradient_penalty(Context<Device>& context, const Draws<Device>& draws,
                                        std::span<const Index> samples, Maps<const Scalar> reals,
                                        Maps<const Scalar> fakes, const Augmented& augmented, Rows<const Scalar> labels,
                                        std::vector<double>& penalty) {
    const Workspace::Frame frame(context.workspace());
    const Maps<Scalar> mixed = context.take_like(reals);
    for (Index n = 0; n < reals.extent(0); ++n)
        ops::lerp(context, reals.part(n, 1), fakes.part(n, 1),
                  static_cast<Scalar>(draws.penalty_mix(samples[static_cast<std::size_t>(n)])), mixed.part(n, 1));
    Cache cache;
    const Rows<Scalar> scores = context.take(reals.extent(0), 1), none = context.take_like(scores);
    discriminator_.network().forward(context, augmented.forward(context, mixed), labels, level_, scores, &cache);
    context.fill(none, Scalar(0));
    const double weight = loss_.gp_lambda / (loss_.gp_target * loss_.gp_target);
    const auto terms = penalized(context, cache, mixed, augmented, scores, none, [&](double squared) -> ValueAndSlope {
        const double norm = std::sqrt(squared), off = norm - loss_.gp_target;
        return {weight * off * off, norm > 0 ? 2 * weight * off / norm : 0.0};
    });
    for (std::size_t i = 0; i < terms.size(); ++i) penalty[i] += terms[i];
}

#ifdef STYLEGAN_COMPILED
extern template class Losses<AnyGenerator<Cpu>, AnyDiscriminator<Cpu>>;
#endif

}  // namespace stylegan
