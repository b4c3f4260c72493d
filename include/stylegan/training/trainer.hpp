// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/permutation.hpp>
#include <stylegan/training/picture_source.hpp>
#include <stylegan/training/pictures_ahead.hpp>
#include <stylegan/training/running_statistics.hpp>
#include <stylegan/training/schedule.hpp>
#include <stylegan/training/training_options.hpp>
#include <stylegan/training/updates.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

/// Trains a generator and a discriminator on real pictures: growing, losses, Adam, the averaged generator. It builds
/// the paper's networks for an architecture, or trains networks that the caller built:
///
///     Trainer trainer(MyGenerator(a, 0), AnyDiscriminator<>(a, 1), options, picture_source(dataset));
///
/// Threads: one thread at a time may use it. It computes with the threads of the generator's context.
///
/// @see Karras, Laine, Aila (2019), appendix C; Karras et al. (2018), section 2
template <class Device = Cpu, class G = AnyGenerator<Device>, class D = AnyDiscriminator<Device>>
class Trainer {
    static_assert(GeneratorModel<G>,
                  "stylegan::Trainer: the generator lacks a member that the concept GeneratorModel lists");
    static_assert(DiscriminatorModel<D>,
                  "stylegan::Trainer: the discriminator lacks a member that the concept DiscriminatorModel lists");

public:
    using Scalar = typename Device::Scalar;

    /// Arguments of the callback of run() at each tick.
    struct Tick {
        const TrainingProgress& progress;                            ///< at the end of the tick
        ScheduledStep step;                                          ///< of the schedule, as last read
        const std::map<std::string, RunningStatistics>& statistics;  ///< of all steps since the last tick
        bool last = false;                                           ///< whether run() ends with it
    };

    /// With the paper's networks, randomly initialized.
    /// @throws ShapeError if the pictures do not have the architecture's size, channels or labels, or if a scheduled
    ///         minibatch is not a multiple of the minibatch stddev group, or the groups not of the shards; ValueError
    ///         if an option is out of range
    Trainer(const Architecture& a, TrainingOptions options, PictureSource reals, Device device = {});
    Trainer(const Architecture& a, TrainingOptions options, PictureSource reals,
            std::shared_ptr<Context<Device>> context);
    /// With networks of the caller, in their current state. Uses the generator's context.
    /// @throws as above, and ShapeError if the two networks differ in size, channels or labels
    Trainer(G generator, D discriminator, TrainingOptions options, PictureSource reals);

    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    [[nodiscard]] const Architecture& architecture() const { return generator_.architecture(); }
    [[nodiscard]] const TrainingOptions& options() const { return options_; }
    [[nodiscard]] G& generator() { return generator_; }
    [[nodiscard]] D& discriminator() { return discriminator_; }
    /// The exponential moving average of the generator: the network to use after training.
    [[nodiscard]] G& averaged() { return averaged_; }
    [[nodiscard]] Context<Device>& context() { return generator_.context(); }

    [[nodiscard]] const TrainingProgress& progress() const { return progress_; }
    /// Resumes from the progress of a run whose parameters and moments were loaded through visit().
    void set_progress(const TrainingProgress& p);

    /// Shares the shards of each minibatch with other processes from now on. All ranks call it with trainers of the
    /// same options and data; they take all parameters, moments and the progress of rank 0. From then on their steps
    /// make the same networks, with the bits of one process with as many shards. Statistics count all pictures on every
    /// rank. What is only for one is left to the caller: rank 0 writes snapshots, and all ranks end run() after the
    /// same step.
    /// @throws ValueError if the number of ranks does not divide the number of shards; DeviceError
    /// @see require_equal_ranks, require_equal_parameters
    void share(const std::shared_ptr<Communicator>& ranks);
    /// The processes that share the work.
    [[nodiscard]] Communicator& ranks() const { return *updates_.ranks; }

    /// Level of detail, minibatch and learning rate, from the last reading of the schedule.
    [[nodiscard]] ScheduledStep scheduled_now() const {
        ScheduledStep now =
            scheduled(architecture(), options_.schedule, static_cast<double>(progress_.schedule_pictures));
        now.lr *= burnt_in(options_.burn_in.lr, 1);
        return now;
    }

    /// The augmentation probability of the next step.
    [[nodiscard]] double augment_p() const {
        const AugmentSettings& a = options_.augment;
        if (a.mode == AugmentMode::none) return 0;
        return a.mode == AugmentMode::adaptive ? progress_.augment.p : burnt_in(a.p * options_.burn_in.p, a.p);
    }

    /// Losses and scores of all steps since the last tick, by their official names, such as "Loss/scores/real".
    [[nodiscard]] const std::map<std::string, RunningStatistics>& statistics() const { return statistics_; }
    /// Statistics of the steps since the last tick, for a run that resumes in the middle of one.
    void set_statistics(std::map<std::string, RunningStatistics> s) { statistics_ = std::move(s); }

    /// Whether total_kimg is reached.
    [[nodiscard]] bool finished() const {
        return static_cast<double>(progress_.pictures) >= options_.total_kimg * 1000;
    }

    /// Makes one step: updates the discriminator, every reg_interval steps once more by its penalties, the moving average
    /// and the generator, in this order. A network whose gradient is not finite stays as it is.
    /// @throws DivergenceError after max_skipped_steps such steps in a row
    void step();

    /// Makes steps until total_kimg is reached. Calls after_step after every step and on_tick at the end of each tick,
    /// also after a shorter last one. Either stops the run by returning false. What after_step throws leaves the run
    /// between two steps, with the tick unfinished: a snapshot of that state resumes as if the run had not stopped.
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

    /// Writes real pictures of the next step, as the discriminator gets them.
    /// @param samples   indices in the minibatch
    /// @param pictures  (samples, num_channels, H, W), of the size of the level's stage
    /// @param labels    (samples, classes), empty without labels
    void fill_reals(std::span<const Index> samples, Level level, Maps<Scalar> pictures, Rows<Scalar> labels) const {
        fill_reals(progress_.pictures, samples, level, pictures, labels);
    }

    /// Visits all that a snapshot holds: networks under "G/", "D/" and "Gs/", Adam's moments under "training/".
    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        G::visit(self.generator_, prefix + "G/", f);
        D::visit(self.discriminator_, prefix + "D/", f);
        G::visit(self.averaged_, prefix + "Gs/", f);
        Adam<Device>::visit(self.updates_.generator_adam(), prefix + "training/G_adam/", f);
        Adam<Device>::visit(self.updates_.discriminator_adam(), prefix + "training/D_adam/", f);
    }

private:
    void check() const;

    /// A value of the burn-in, at the last reading of the schedule.
    [[nodiscard]] double burnt_in(double first, double last) const {
        return burn_in_value(options_.burn_in, static_cast<double>(progress_.schedule_pictures), first, last);
    }

    /// Brings what changes during a run to the updates.
    void prepare_updates();

    void adjust_augmentation(const LossValues& d, const LossValues& regularization, Index batch);

    /// @param first  number of the minibatch's first picture, counted from the start of the run
    void fill_reals(std::uint64_t first, std::span<const Index> samples, Level level, Maps<Scalar> pictures,
                    Rows<Scalar> labels) const;

    void read_ahead(Level level, Index batch);

    void read_schedule();

    void apply_lod(double lod) {
        generator_.set_lod(lod);
        discriminator_.set_lod(lod);
    }

    /// The index in the data set of the `number`th picture of the run. Every epoch has its own order.
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
        generator_.context().upload(host.data(), labels.size(), labels.data);
    }

    void fill_labels(std::span<const Index> samples, Rows<Scalar> labels) const;

    void record(const LossValues& d, const LossValues& regularization, const LossValues& g);

    TrainingOptions options_;
    PictureSource reals_;
    G generator_;
    D discriminator_;
    G averaged_;
    Updates<G, D> updates_;
    TrainingProgress progress_;
    std::map<std::string, RunningStatistics> statistics_;
    PicturesAhead ahead_;  // last member: its threads use the members above
};

/// The device is that of the generator.
template <class G, class D>
Trainer(G, D, TrainingOptions, PictureSource) -> Trainer<typename G::Device, G, D>;

}  // namespace stylegan

#include <stylegan/training/detail/trainer_inl.hpp>

namespace stylegan {

#ifdef STYLEGAN_COMPILED
extern template class Trainer<Cpu>;
#endif

}  // namespace stylegan
