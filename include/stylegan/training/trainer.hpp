// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/permutation.hpp>
#include <stylegan/training/picture_source.hpp>
#include <stylegan/training/pictures_ahead.hpp>
#include <stylegan/training/process_reals.hpp>
#include <stylegan/training/running_statistics.hpp>
#include <stylegan/training/schedule.hpp>
#include <stylegan/training/updates.hpp>

#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace stylegan {

struct TrainingOptions {
    ScheduleOptions schedule{};
    LossOptions loss{};
    AdamOptions adam{};
    double total_kimg = 25000;
    double kimg_per_tick = 4;
    double ema_kimg = 10;  ///< half-life of the averaged generator
    double w_average_beta = 0.995;
    int repeats = 4;              ///< steps before the schedule is read again
    bool reset_optimizer = true;  ///< forget Adam's moments when the set of growing stages changes
    bool mirror = false;
    int microbatch = 0;  ///< pictures evaluated at once; 0: the whole minibatch
    std::uint64_t seed = 0;
};

/// Where a run stands: with the parameters and the moments, all that a stopped run needs to go on bit for bit.
struct TrainingProgress {
    std::uint64_t pictures = 0;  ///< shown to the discriminator
    std::uint64_t steps = 0;
    std::uint64_t schedule_pictures = 0;                             ///< where the schedule was last read
    int repeat = 0;                                                  ///< steps since then
    double last_lod = -1;                                            ///< before that
    std::uint64_t skipped_generator = 0, skipped_discriminator = 0;  ///< steps whose gradient was not finite
    std::uint64_t generator_steps = 0, discriminator_steps = 0;      ///< of Adam since its moments were reset
    std::uint64_t tick = 0;
    std::uint64_t tick_pictures = 0;  ///< where the last tick ended
};

/// Trains a generator and a discriminator on real pictures: growing, losses, both optimizers, the averaged generator.
/// @see Karras, Laine, Aila (2019), appendix C; Karras et al. (2018), section 2
template <class Device = Cpu>
class Trainer {
public:
    using Scalar = typename Device::Scalar;

    /// What the callback of run() is told at each tick.
    struct Tick {
        const TrainingProgress& progress;
        ScheduledStep step;
        const std::map<std::string, RunningStatistics>& statistics;  ///< of all steps since the last tick
        bool last = false;
    };

    /// @throws ShapeError if the pictures do not have the architecture's size, channels or labels, or a scheduled batch is no
    ///         whole number of minibatch stddev groups; ValueError if an option is out of range
    Trainer(const Architecture& a, TrainingOptions options, PictureSource reals, Device device = {});
    Trainer(const Architecture& a, TrainingOptions options, PictureSource reals,
            std::shared_ptr<Context<Device>> context);

    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    [[nodiscard]] const Architecture& architecture() const { return architecture_; }
    [[nodiscard]] const TrainingOptions& options() const { return options_; }
    [[nodiscard]] AnyGenerator<Device>& generator() { return generator_; }
    [[nodiscard]] AnyDiscriminator<Device>& discriminator() { return discriminator_; }
    /// The exponential moving average of the generator: the one to use.
    [[nodiscard]] AnyGenerator<Device>& averaged() { return averaged_; }
    [[nodiscard]] Context<Device>& context() { return *context_; }

    [[nodiscard]] const TrainingProgress& progress() const { return progress_; }
    /// Goes on from where another run stood; its parameters and moments are loaded through visit().
    void set_progress(const TrainingProgress& p);

    [[nodiscard]] ScheduledStep scheduled_now() const {
        return scheduled(architecture_, options_.schedule, static_cast<double>(progress_.schedule_pictures));
    }

    /// Losses and scores of all steps since the last tick, under the official names.
    [[nodiscard]] const std::map<std::string, RunningStatistics>& statistics() const { return statistics_; }

    [[nodiscard]] bool finished() const {
        return static_cast<double>(progress_.pictures) >= options_.total_kimg * 1000;
    }

    /// One step: the discriminator's update, the moving average, the generator's update.
    void step();

    /// Steps until total_kimg is reached, calling on_tick at the end of each tick, and after_step after every step; either
    /// may return false to stop. The last tick is reported however short it is.
    void run(
        const std::function<bool(const Tick&)>& on_tick,
        const std::function<bool()>& after_step = [] { return true; }) {
        bool go_on = true;
        while (go_on && !finished()) {
            step();
            go_on = after_step();
            const bool last = finished() || !go_on;
            if (last ||
                static_cast<double>(progress_.pictures - progress_.tick_pictures) >= options_.kimg_per_tick * 1000) {
                progress_.tick_pictures = progress_.pictures;
                ++progress_.tick;
                go_on = on_tick({progress_, scheduled_now(), statistics_, last}) && go_on;
                statistics_.clear();
            }
        }
    }

    /// The real pictures of the given numbers, as the discriminator sees them at full resolution: for pictures of the data.
    void fill_reals(std::span<const Index> samples, Level level, Maps<Scalar> pictures, Rows<Scalar> labels) const;

    /// Everything that a snapshot holds: "G/", "D/", "Gs/" and the moments under "training/".
    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        AnyGenerator<Device>::visit(self.generator_, prefix + "G/", f);
        AnyDiscriminator<Device>::visit(self.discriminator_, prefix + "D/", f);
        AnyGenerator<Device>::visit(self.averaged_, prefix + "Gs/", f);
        Adam<Device>::visit(self.updates_.generator_adam(), prefix + "training/G_adam/", f);
        Adam<Device>::visit(self.updates_.discriminator_adam(), prefix + "training/D_adam/", f);
    }

private:
    void check() const;

    void read_ahead(Level level, Index batch);

    void read_schedule();

    void apply_lod(double lod) {
        generator_.set_lod(lod);
        discriminator_.set_lod(lod);
    }

    /// The number of the picture that is shown as `number`th: every epoch in an order of its own.
    [[nodiscard]] Index shuffled(std::uint64_t number) const {
        const auto size = static_cast<std::uint64_t>(reals_.size);
        return static_cast<Index>(Permutation(options_.seed, number / size, size)(number % size));
    }

    template <class Which>
    void fill_rows(std::size_t count, Rows<Scalar> labels, Which which) const {
        if (labels.empty()) return;
        std::vector<float> label(static_cast<std::size_t>(labels.extent(1)));
        std::vector<Scalar> host;
        for (std::size_t i = 0; i < count; ++i) {
            reals_.label(which(i), label);
            host.insert(host.end(), label.begin(), label.end());
        }
        context_->upload(host.data(), labels.size(), labels.data);
    }

    void fill_labels(std::span<const Index> samples, Rows<Scalar> labels) const;

    void record(const LossValues& d, const LossValues& g);

    Architecture architecture_;
    TrainingOptions options_;
    PictureSource reals_;
    std::shared_ptr<Context<Device>> context_;
    AnyGenerator<Device> generator_;
    AnyDiscriminator<Device> discriminator_;
    AnyGenerator<Device> averaged_;
    Updates<Device> updates_;
    TrainingProgress progress_;
    std::map<std::string, RunningStatistics> statistics_;
    PicturesAhead ahead_;  // last: it reads what is above
};

template <class Device>
Trainer<Device>::Trainer(const Architecture& a, TrainingOptions options, PictureSource reals, Device device)
    : Trainer(a, std::move(options), std::move(reals), std::make_shared<Context<Device>>(device)) {}

template <class Device>
Trainer<Device>::Trainer(const Architecture& a, TrainingOptions options, PictureSource reals,
                         std::shared_ptr<Context<Device>> context)
    : architecture_(a),
      options_(std::move(options)),
      reals_(std::move(reals)),
      context_(std::move(context)),
      generator_(a, context_, options_.seed),
      discriminator_(a, context_, options_.seed + 1),
      averaged_(generator_),
      updates_(generator_, discriminator_, options_.adam),
      ahead_(context_->threads()) {
    check();
    updates_.loss = options_.loss;
    updates_.w_average_beta = options_.w_average_beta;
    updates_.microbatch = options_.microbatch;
    apply_lod(scheduled_now().lod);
    averaged_.set_lod(scheduled_now().lod);
}

template <class Device>
void Trainer<Device>::set_progress(const TrainingProgress& p) {
    progress_ = p;
    updates_.generator_adam().set_steps(p.generator_steps);
    updates_.discriminator_adam().set_steps(p.discriminator_steps);
    apply_lod(scheduled_now().lod);
}

template <class Device>
void Trainer<Device>::step() {
    if (progress_.repeat == 0) read_schedule();
    const ScheduledStep now = scheduled_now();
    const Level level = Level::of(architecture_, now.lod);
    const Index batch = now.batch;
    if constexpr (Device::asynchronous) read_ahead(level, batch);

    const auto d =
        updates_.discriminator_step(Draws<Device>(options_.seed, 2 * progress_.steps), level, batch, now.lr,
                                    [&](std::span<const Index> samples, Maps<Scalar> pictures, Rows<Scalar> labels) {
                                        fill_reals(samples, level, pictures, labels);
                                    });
    progress_.pictures += static_cast<std::uint64_t>(batch);
    update_average(*context_, averaged_, generator_, ema_beta(static_cast<double>(batch), options_.ema_kimg));
    const auto g = updates_.generator_step(
        Draws<Device>(options_.seed, 2 * progress_.steps + 1), level, batch, now.lr,
        [&](std::span<const Index> samples, Rows<Scalar> labels) { fill_labels(samples, labels); });

    progress_.skipped_discriminator += d.moved ? 0 : 1;
    progress_.skipped_generator += g.moved ? 0 : 1;
    progress_.generator_steps = updates_.generator_adam().steps();
    progress_.discriminator_steps = updates_.discriminator_adam().steps();
    ++progress_.steps;
    progress_.repeat = (progress_.repeat + 1) % std::max(options_.repeats, 1);
    record(d.values, g.values);
}

template <class Device>
void Trainer<Device>::fill_reals(std::span<const Index> samples, Level level, Maps<Scalar> pictures,
                                 Rows<Scalar> labels) const {
    const auto count = static_cast<std::size_t>(pictures.stride());
    std::vector<Scalar> host(count * samples.size());
    const int halvings = architecture_.stages() - 1 - level.stage;
    context_->parallel_for(static_cast<Index>(samples.size()), [&](Index i) {
        const auto number = progress_.pictures + static_cast<std::uint64_t>(samples[static_cast<std::size_t>(i)]);
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
    context_->upload(host.data(), pictures.size(), pictures.data);
    fill_rows(samples.size(), labels,
              [&](std::size_t i) { return shuffled(progress_.pictures + static_cast<std::uint64_t>(samples[i])); });
}

template <class Device>
void Trainer<Device>::check() const {
    options_.loss.check();
    const auto positive = [](const char* name, double v) {
        if (!(v > 0)) throw ValueError(text("training: ", name, " is ", v, ", expected more than 0"));
    };
    const auto not_negative = [](const char* name, double v) {
        if (!(v >= 0)) throw ValueError(text("training: ", name, " is ", v, ", expected 0 or more"));
    };
    const ScheduleOptions& schedule = options_.schedule;
    positive("kimg", options_.total_kimg);
    positive("tick", options_.kimg_per_tick);
    positive("batch", schedule.batch);
    for (const auto& at : schedule.batch_at) positive("batch", at.second);
    positive("learning rate", schedule.lr);
    for (const auto& at : schedule.lr_at) positive("learning rate", at.second);
    not_negative("lod_kimg", schedule.lod_kimg);
    not_negative("fade_kimg", schedule.fade_kimg);
    not_negative("ema_kimg", options_.ema_kimg);
    not_negative("microbatch", options_.microbatch);
    if (reals_.size < 1) throw ValueError("training: the data set has no pictures");
    const Size s = architecture_.picture();
    if (reals_.resolution != s)
        throw ShapeError(text("training: pictures are ", to_string(reals_.resolution), ", expected ", to_string(s),
                              " (height x width)"));
    require_equal("training", "colour channels of the pictures", reals_.channels, architecture_.num_channels);
    if (architecture_.label_size > 0)
        require_equal("training", "classes of the pictures", reals_.label_size, architecture_.label_size);
    for (int stage = 0; stage < architecture_.stages(); ++stage) {
        const auto at = schedule.batch_at.find(architecture_.size(stage).height);
        (void)discriminator_.network().stddev().group(at != schedule.batch_at.end() ? at->second : schedule.batch);
    }
}

template <class Device>
void Trainer<Device>::read_ahead(Level level, Index batch) {
    const Shape4 shape = generator_.synthesis().picture_shape(1, level);
    const int halvings = architecture_.stages() - 1 - level.stage;
    ahead_.advance(progress_.pictures, batch, static_cast<std::size_t>(shape[1] * shape[2] * shape[3]),
                   [this, halvings](std::uint64_t number, std::span<std::uint8_t> pixels) {
                       reals_.picture(shuffled(number), halvings, pixels);
                   });
}

template <class Device>
void Trainer<Device>::read_schedule() {
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

template <class Device>
void Trainer<Device>::fill_labels(std::span<const Index> samples, Rows<Scalar> labels) const {
    const RandomStream stream(options_.seed, progress_.steps, Purpose::labels);
    fill_rows(samples.size(), labels, [&](std::size_t i) {
        return static_cast<Index>(
            stream.below(static_cast<std::uint64_t>(samples[i]), static_cast<std::uint64_t>(reals_.size)));
    });
}

template <class Device>
void Trainer<Device>::record(const LossValues& d, const LossValues& g) {
    const auto add = [&](const char* name, const std::vector<double>& values) {
        for (double v : values) statistics_[name].add(v);
    };
    add("Loss/scores/real", d.real_scores);
    add("Loss/scores/fake", d.fake_scores);
    for (double v : d.real_scores) statistics_["Loss/signs/real"].add(v > 0 ? 1 : v < 0 ? -1 : 0);
    for (double v : d.fake_scores) statistics_["Loss/signs/fake"].add(v > 0 ? 1 : v < 0 ? -1 : 0);
    add("Loss/G/loss", g.loss);
    add("Loss/D/loss", d.loss);
    add("Loss/D/reg", d.penalty);
    if (options_.loss.r1_gamma > 0)
        for (double v : d.r1) statistics_["Loss/r1_penalty"].add(v * 2 / options_.loss.r1_gamma);
}

#ifdef STYLEGAN_COMPILED
extern template class Trainer<Cpu>;
#endif

}  // namespace stylegan
