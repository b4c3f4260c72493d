// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/training/check_options.hpp>
#include <stylegan/training/frozen_layers.hpp>
#include <stylegan/training/parallel/shared_state.hpp>
#include <stylegan/training/process_reals.hpp>
#include <stylegan/training/trainer.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace stylegan {

template <class Device, class G, class D>
Trainer<Device, G, D>::Trainer(const Architecture& a, TrainingOptions options, PictureSource reals, Device device)
    : Trainer(a, std::move(options), std::move(reals), std::make_shared<Context<Device>>(device)) {}

template <class Device, class G, class D>
Trainer<Device, G, D>::Trainer(const Architecture& a, TrainingOptions options, PictureSource reals,
                               std::shared_ptr<Context<Device>> context)
    : Trainer(G(a, context, options.seed), D(a, context, options.seed + 1), options, std::move(reals)) {}

template <class Device, class G, class D>
Trainer<Device, G, D>::Trainer(G generator, D discriminator, TrainingOptions options, PictureSource reals)
    : options_(std::move(options)),
      reals_(std::move(reals)),
      generator_(std::move(generator)),
      discriminator_(std::move(discriminator)),
      averaged_(generator_),
      updates_(generator_, discriminator_, options_.adam, options_.reg_interval),
      ahead_(context().threads()) {
    check();
    updates_.loss = options_.loss;
    updates_.w_average_beta = options_.w_average_beta;
    updates_.microbatch = options_.microbatch;
    updates_.shards = options_.shards;
    updates_.augment.pipe = options_.augment.pipe;
    updates_.frozen = frozen_layers(discriminator_.architecture(), options_.freeze_d);
    if (options_.augment.mode == AugmentMode::adaptive) progress_.augment.p = options_.augment.p;
    apply_lod(scheduled_now().lod);
    averaged_.set_lod(scheduled_now().lod);
}

template <class Device, class G, class D>
void Trainer<Device, G, D>::set_progress(const TrainingProgress& p) {
    progress_ = p;
    updates_.generator_adam().set_steps(p.generator_steps);
    updates_.discriminator_adam().set_steps(p.discriminator_steps);
    apply_lod(scheduled_now().lod);
}

template <class Device, class G, class D>
void Trainer<Device, G, D>::share(const std::shared_ptr<Communicator>& ranks) {
    (void)shards_of_rank(options_.shards, ranks->rank(), ranks->size());
    static_assert(std::is_trivially_copyable_v<TrainingProgress>);
    context().synchronize();
    broadcast_parameters(*ranks, *this);
    ranks->broadcast(std::as_writable_bytes(std::span(&progress_, 1)));
    set_progress(TrainingProgress(progress_));
    updates_.ranks = ranks;
}

template <class Device, class G, class D>
void Trainer<Device, G, D>::step() {
    if (progress_.repeat == 0) read_schedule();
    const ScheduledStep now = scheduled_now();
    const Level level = Level::of(architecture(), now.lod);
    const Index batch = now.batch;
    if constexpr (Device::asynchronous) read_ahead(level, batch);
    prepare_updates();

    const std::uint64_t first = progress_.pictures;
    const auto reals = [&](std::span<const Index> samples, Maps<Scalar> pictures, Rows<Scalar> labels) {
        fill_reals(first, samples, level, pictures, labels);
    };
    const Draws<Device> of_discriminator(options_.seed, 2 * progress_.steps);
    auto d = updates_.discriminator_step(of_discriminator, level, batch, now.lr, reals);
    LossValues regularization;
    if (updates_.regularizes_after(progress_.steps)) {
        auto r = updates_.regularization_step(of_discriminator, level, batch, now.lr, reals);
        regularization = std::move(r.values);
        d.moved = d.moved && r.moved;
    }
    progress_.pictures += static_cast<std::uint64_t>(batch);
    const double half_life = options_.ema_kimg * burnt_in(options_.burn_in.ema, 1);
    update_average(context(), averaged_, generator_, ema_beta(static_cast<double>(batch), half_life));
    const auto g = updates_.generator_step(
        Draws<Device>(options_.seed, 2 * progress_.steps + 1), level, batch, now.lr,
        [&](std::span<const Index> samples, Rows<Scalar> labels) { fill_labels(samples, labels); }, reals);

    adjust_augmentation(d.values, regularization, batch);
    progress_.skipped_discriminator += d.moved ? 0 : 1;
    progress_.skipped_generator += g.moved ? 0 : 1;
    progress_.generator_steps = updates_.generator_adam().steps();
    progress_.discriminator_steps = updates_.discriminator_adam().steps();
    ++progress_.steps;
    progress_.repeat = (progress_.repeat + 1) % std::max(options_.repeats, 1);
    record(d.values, regularization, g.values);
    progress_.skipped_in_a_row = d.moved && g.moved ? 0 : progress_.skipped_in_a_row + 1;
    if (options_.max_skipped_steps > 0 &&
        progress_.skipped_in_a_row >= static_cast<std::uint64_t>(options_.max_skipped_steps))
        throw DivergenceError(text("training: the gradient of the ", d.moved ? "generator" : "discriminator",
                                   " was not finite in ", progress_.skipped_in_a_row,
                                   " steps in a row, the last after ", progress_.pictures,
                                   " pictures, with learning rate ", now.lr,
                                   "; a smaller one, or a larger weight of R1, may keep the networks from growing"));
}

template <class Device, class G, class D>
void Trainer<Device, G, D>::prepare_updates() {
    updates_.augment.p = augment_p();
    const BurnIn& b = options_.burn_in;
    if (!(b.kimg > 0)) return;
    updates_.set_beta2(burnt_in(b.beta2, options_.adam.beta2));
    updates_.loss.r1_gamma = options_.loss.r1_gamma * burnt_in(b.gamma, 1);
    updates_.loss.r2_gamma = options_.loss.r2_gamma * burnt_in(b.gamma, 1);
}

template <class Device, class G, class D>
void Trainer<Device, G, D>::adjust_augmentation(const LossValues& d, const LossValues& regularization, Index batch) {
    if (options_.augment.mode != AugmentMode::adaptive) return;
    AugmentController controller(options_.augment.control, progress_.augment);
    controller.add(std::span(d.real_scores));
    controller.add(std::span(regularization.real_scores));
    controller.end_of_minibatch(batch);
    progress_.augment = controller.state();
}

template <class Device, class G, class D>
void Trainer<Device, G, D>::fill_reals(std::uint64_t first, std::span<const Index> samples, Level level,
                                       Maps<Scalar> pictures, Rows<Scalar> labels) const {
    const auto count = static_cast<std::size_t>(pictures.stride());
    std::vector<Scalar> host(count * samples.size());
    const int halvings = architecture().stages() - 1 - level.stage;
    generator_.context().parallel_for(static_cast<Index>(samples.size()), [&](Index i) {
        const auto number = first + static_cast<std::uint64_t>(samples[static_cast<std::size_t>(i)]);
        std::vector<std::uint8_t> read;
        std::span<const std::uint8_t> pixels = ahead_.find(number, count);
        if (pixels.empty()) {
            read.resize(count);
            reals_.picture(shuffled(number), halvings, read);
            pixels = read;
        }
        const bool mirror = options_.mirror && (RandomStream(options_.seed, 0, Purpose::mirror).bits(number) & 1) != 0;
        process_real<Scalar>(pixels, pictures.extent(1), pictures.extent(2), pictures.extent(3), mirror, level.fade,
                             host.data() + static_cast<std::size_t>(i) * count);
    });
    generator_.context().upload(host.data(), pictures.size(), pictures.data);
    fill_rows(samples.size(), labels,
              [&](std::size_t i) { return shuffled(first + static_cast<std::uint64_t>(samples[i])); });
}

template <class Device, class G, class D>
void Trainer<Device, G, D>::check() const {
    options_.loss.check();
    if (const auto wrong = out_of_range(options_))
        throw ValueError(text("training: ", wrong->name, " is ", wrong->found, ", expected ", wrong->expected));
    const ScheduleOptions& schedule = options_.schedule;
    if (reals_.size < 1) throw ValueError("training: the data set has no pictures");
    const Size s = architecture().picture();
    if (reals_.resolution != s)
        throw ShapeError(text("training: pictures are ", to_string(reals_.resolution), ", expected ", to_string(s),
                              " (height x width)"));
    require_equal("training", "colour channels of the pictures", reals_.channels, architecture().num_channels);
    const Architecture& judged = discriminator_.architecture();
    if (judged.picture() != s)
        throw ShapeError(text("training: pictures of the discriminator are ", to_string(judged.picture()),
                              ", expected ", to_string(s), " (height x width)"));
    require_equal("training", "colour channels of the discriminator", judged.num_channels, architecture().num_channels);
    require_equal("training", "classes of the discriminator", judged.label_size, architecture().label_size);
    if (architecture().label_size > 0)
        require_equal("training", "classes of the pictures", reals_.label_size, architecture().label_size);
    for (int stage = 0; stage < architecture().stages(); ++stage) {
        const auto at = schedule.batch_at.find(architecture().size(stage).height);
        const Index batch = at != schedule.batch_at.end() ? at->second : schedule.batch;
        (void)parts_of_shard(batch, discriminator_.network().group(batch), options_.shards, 0, 0);
    }
}

template <class Device, class G, class D>
void Trainer<Device, G, D>::read_ahead(Level level, Index batch) {
    const Shape4 shape = generator_.synthesis().picture_shape(1, level);
    const int halvings = architecture().stages() - 1 - level.stage;
    const Index groups = batch / discriminator_.network().group(batch), each = groups / options_.shards;
    const ShardRange mine = shards_of_rank(options_.shards, ranks().rank(), ranks().size());
    ahead_.advance(
        progress_.pictures, batch, static_cast<std::size_t>(shape[1] * shape[2] * shape[3]),
        [=, this, first = progress_.pictures](std::uint64_t number, std::span<std::uint8_t> pixels) {
            const Index shard =
                static_cast<Index>((number - first) % static_cast<std::uint64_t>(batch)) % groups / each;
            if (shard >= mine.first && shard < mine.last) reals_.picture(shuffled(number), halvings, pixels);
        },
        ranks().size() == 1);
}

template <class Device, class G, class D>
void Trainer<Device, G, D>::read_schedule() {
    const double before = progress_.last_lod;
    progress_.schedule_pictures = progress_.pictures;
    const double lod = scheduled_now().lod;
    if (options_.reset_optimizer && before >= 0 &&
        (std::floor(lod) != std::floor(before) || std::ceil(lod) != std::ceil(before))) {
        updates_.generator_adam().reset();
        updates_.discriminator_adam().reset();
    }
    progress_.last_lod = lod;
    apply_lod(lod);
}

template <class Device, class G, class D>
void Trainer<Device, G, D>::fill_labels(std::span<const Index> samples, Rows<Scalar> labels) const {
    const RandomStream stream(options_.seed, progress_.steps, Purpose::labels);
    fill_rows(samples.size(), labels, [&](std::size_t i) {
        return static_cast<Index>(
            stream.below(static_cast<std::uint64_t>(samples[i]), static_cast<std::uint64_t>(reals_.size)));
    });
}

template <class Device, class G, class D>
void Trainer<Device, G, D>::record(const LossValues& d, const LossValues& regularization, const LossValues& g) {
    const auto add = [&](const char* name, const std::vector<double>& values) {
        for (double v : values) statistics_[name].add(v);
    };
    add("Loss/scores/real", d.real_scores);
    add("Loss/scores/fake", d.fake_scores);
    for (double v : d.real_scores) statistics_["Loss/signs/real"].add(v > 0 ? 1 : v < 0 ? -1 : 0);
    for (double v : d.fake_scores) statistics_["Loss/signs/fake"].add(v > 0 ? 1 : v < 0 ? -1 : 0);
    add("Loss/G/loss", g.loss);
    add("Loss/D/loss", d.loss);
    for (const LossValues* values : {&d, &regularization}) {
        add("Loss/D/reg", values->penalty);
        for (double v : values->r1)
            if (updates_.loss.r1_gamma > 0) statistics_["Loss/r1_penalty"].add(v * 2 / updates_.loss.r1_gamma);
    }
    add("Loss/variation/real", d.real_variation);
    add("Loss/variation/fake", d.fake_variation);
}

}  // namespace stylegan
