// SPDX-License-Identifier: Apache-2.0
#include "run/train_run.hpp"

#include "metrics/path_metrics.hpp"
#include "metrics/perceptual_network_on.hpp"
#include "options/output_folder.hpp"
#include "printing/machine.hpp"
#include "printing/progress.hpp"
#include "run/run_directory.hpp"
#include "run/run_pictures.hpp"

#include <stylegan/io/pictures/png.hpp>
#include <stylegan/metrics/path_generator.hpp>
#include <stylegan/training/snapshot.hpp>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <future>
#include <iostream>

namespace stylegan::examples {
namespace {

namespace fs = std::filesystem;

PictureSource source_of(const Dataset& data, bool labels) {
    PictureSource source;
    source.size = static_cast<Index>(data.size());
    source.resolution = {data.height(), data.width()};
    source.channels = data.channels();
    source.label_size = labels ? data.label_size() : 0;
    source.picture = [&data](Index i, int halvings, std::span<std::uint8_t> pixels) {
        const std::vector<std::uint8_t> picture = data.picture(static_cast<std::size_t>(i), halvings);
        std::copy(picture.begin(), picture.end(), pixels.begin());
    };
    source.label = [&data](Index i, std::span<float> label) {
        const std::vector<float> values = data.label(static_cast<std::size_t>(i));
        std::copy(values.begin(), values.end(), label.begin());
    };
    return source;
}

/// Decodes every picture once, so that a damaged one is found before anything is written. Not for large data sets: there it
/// would take long.
template <class Device>
void check_pictures(const Dataset& data, Context<Device>& context) {
    const double bytes = static_cast<double>(data.size()) * data.width() * data.height() * data.channels();
    if (bytes > static_cast<double>(DatasetOptions{}.cache_bytes)) return;
    context.parallel_for(static_cast<Index>(data.size()),
                         [&](Index i) { (void)data.picture(static_cast<std::size_t>(i)); });
}

/// What --resume names.
std::optional<TrainStart> start_of(const TrainFlags& flags, std::optional<Checkpoint>& checkpoint) {
    if (!flags.resume) return std::nullopt;
    TrainStart start;
    start.snapshot = *flags.resume;
    if (fs::is_directory(*flags.resume)) {
        const RunDirectory directory(*flags.resume);
        start.snapshot = directory.newest_snapshot();
        start.settings = read_train_settings(directory.file("training_options.json"));
    }
    checkpoint.emplace(start.snapshot);
    start.architecture = checkpoint->architecture();
    start.record = training_record(*checkpoint);
    return start;
}

/// Takes over all of a snapshot; of a file of networks only, what it holds.
template <class Device>
void load_start(const Checkpoint& checkpoint, const TrainStart& start, Trainer<Device>& trainer) {
    if (start.record && checkpoint.has("training")) return load_snapshot(checkpoint, trainer);
    checkpoint.load(trainer.averaged());
    if (checkpoint.has("G"))
        load_parameters(checkpoint.file(), "G/", trainer.generator());
    else
        checkpoint.load(trainer.generator());
    if (checkpoint.has("D")) checkpoint.load(trainer.discriminator());
}

/// The averaged generator, for RunPictures.
template <class Device>
RunPictures::Generate generating(Trainer<Device>& trainer) {
    return [&trainer](const auto& z, const auto& options) { return trainer.averaged()(z, options); };
}

/// What is measured of the averaged generator at snapshots.
template <class Device>
class Metrics {
public:
    /// @throws ValueError, ShapeError, FileError, FormatError where a metric could not be evaluated later
    Metrics(const TrainSettings& settings, Device device, Trainer<Device>& trainer)
        : names_(settings.metrics), averaged_(trainer.averaged()) {
        if (names_.empty()) return;
        settings_.samples = static_cast<std::size_t>(settings.metric_samples);
        for (const std::string& name : names_) check_metric(name, settings.architecture, settings_);
        network_.emplace(
            open_perceptual_network_beside<Device>({settings.vgg, settings.lpips}, device, averaged_.shared_context()));
    }

    /// Adds a line to the run's log and to metric-<name>.jsonl for each; Ctrl-C leaves out the rest.
    void evaluate(const RunDirectory& directory, const std::string& snapshot) const {
        struct Stop {};
        try {
            for (const std::string& name : names_) {
                const auto path = path_generator(averaged_, settings_.noise);
                const MetricResult result = evaluate_metric(name, averaged_.architecture(), path, *network_, settings_,
                                                            [](const PathProgress&) {
                                                                if (Interrupt::requested()) throw Stop();
                                                            });
                append_line(directory.file(text("metric-", name, ".jsonl")), to_json(result, snapshot).dump());
                directory.log(text_of(result));
            }
        } catch (const Stop&) {
        }
    }

private:
    std::vector<std::string> names_;
    const AnyGenerator<Device>& averaged_;
    MetricSettings settings_;
    std::optional<PerceptualNetwork> network_;
};

double gigabytes(std::size_t bytes) { return static_cast<double>(bytes) / (1024.0 * 1024.0 * 1024.0); }

/// A path as a shell takes it: in quotes where that is needed.
std::string shell_word(const std::string& path) {
    const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || std::strchr("_./-+=:,@%", c) != nullptr; };
    if (std::all_of(path.begin(), path.end(), plain)) return path;
    std::string quoted = "'";
    for (const char c : path) quoted += c == '\'' ? "'\\''" : std::string(1, c);
    return quoted + "'";
}

/// The training loop's side of a run: its lines, statistics, pictures and snapshots.
template <class Device>
class Run {
public:
    Run(const RunDirectory& directory, Trainer<Device>& trainer, const RunPictures& pictures,
        const Metrics<Device>& metrics, int snap)
        : directory_(directory),
          trainer_(trainer),
          pictures_(pictures),
          metrics_(metrics),
          snap_(static_cast<std::uint64_t>(snap)),
          begin_(seconds_now() - directory.seconds_until(kimg())),
          tick_begin_(seconds_now()),
          tick_pictures_(trainer.progress().pictures),
          skipped_(skipped()) {}

    using Tick = typename Trainer<Device>::Tick;

    void go() {
        trainer_.run([&](const Tick& tick) { return on_tick(tick); }, [&] { return after_step(); });
        finish_writing();
    }

    [[nodiscard]] const fs::path& snapshot() const { return snapshot_; }

private:
    [[nodiscard]] std::uint64_t skipped() const {
        return trainer_.progress().skipped_generator + trainer_.progress().skipped_discriminator;
    }
    [[nodiscard]] double kimg() const { return static_cast<double>(trainer_.progress().pictures) / 1000; }

    /// Throws what writing threw.
    void finish_writing() {
        if (writing_.valid()) writing_.get();
    }

    bool after_step() {
        if (bar_.visible()) {
            const TrainingOptions& o = trainer_.options();
            const double done = static_cast<double>(trainer_.progress().pictures - tick_pictures_);
            const double rate = done / std::max(seconds_now() - tick_begin_, 1e-9);
            char text[128];
            std::snprintf(text, sizeof text, "kimg %.1f of %g, %.1f img/s, ", kimg(), o.total_kimg, rate);
            bar_.show(done / 1000 / o.kimg_per_tick,
                      text + text_of_seconds((o.total_kimg - kimg()) * 1000 / rate) + " left");
        }
        return !Interrupt::requested();
    }

    bool on_tick(const Tick& tick) {
        bar_.clear();
        const double now = seconds_now();
        TickLine line;
        line.tick = tick.progress.tick;
        line.kimg = kimg();
        line.lod = tick.step.lod;
        line.minibatch = tick.step.batch;
        line.seconds = now - begin_;
        line.tick_seconds = now - tick_begin_;
        line.tick_kimg = static_cast<double>(tick.progress.pictures - tick_pictures_) / 1000;
        line.maintenance = maintenance_;
        line.memory_gb = gigabytes(peak_memory());
        line.skipped = skipped() - skipped_;
        directory_.log(text_of(line));
        directory_.stats(statistics(tick, line).dump());
        if (tick.last || tick.progress.tick % snap_ == 0) {
            save_snapshot(directory_.snapshot(kimg()), trainer_);
            snapshot_ = directory_.snapshot(kimg());
            finish_writing();
            writing_ = std::async(std::launch::async, [path = directory_.fakes(kimg()),
                                                       grid = pictures_.fakes(generating(trainer_), tick.step.lod)] {
                write_png(path, grid);
            });
            if (!Interrupt::requested()) metrics_.evaluate(directory_, snapshot_.filename().string());
        }
        tick_begin_ = seconds_now();
        maintenance_ = tick_begin_ - now;
        tick_pictures_ = tick.progress.pictures;
        skipped_ = skipped();
        return true;
    }

    static nlohmann::ordered_json statistics(const Tick& tick, const TickLine& line) {
        nlohmann::ordered_json json;
        for (const auto& [name, s] : tick.statistics)
            json[name] = {{"num", s.count()}, {"mean", s.mean()}, {"std", s.standard_deviation()}};
        const auto add = [&](const char* name, auto value) {
            json[name] = {{"num", 1}, {"mean", value}, {"std", 0.0}};
        };
        add("Progress/tick", line.tick);
        add("Progress/kimg", line.kimg);
        add("Progress/lod", line.lod);
        add("Progress/minibatch", line.minibatch);
        add("Progress/lrate", tick.step.lr);
        add("Progress/skipped_generator_steps", tick.progress.skipped_generator);
        add("Progress/skipped_discriminator_steps", tick.progress.skipped_discriminator);
        add("Timing/total_sec", line.seconds);
        add("Timing/sec_per_tick", line.tick_seconds);
        add("Timing/sec_per_kimg", line.tick_kimg > 0 ? line.tick_seconds / line.tick_kimg : 0);
        add("Timing/maintenance_sec", line.maintenance);
        add("Resources/cpu_mem_gb", gigabytes(memory_now()));
        add("Resources/peak_cpu_mem_gb", line.memory_gb);
        json["timestamp"] = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
        return json;
    }

    const RunDirectory& directory_;
    Trainer<Device>& trainer_;
    const RunPictures& pictures_;
    const Metrics<Device>& metrics_;
    std::uint64_t snap_;
    ProgressBar bar_;
    double begin_, tick_begin_, maintenance_ = 0;
    std::uint64_t tick_pictures_, skipped_;
    fs::path snapshot_;
    std::future<void> writing_;  // of the last pictures, while training goes on
};

/// The run's folder with all that stands in it before training: for a new run all or nothing.
template <class Device>
RunDirectory prepared_directory(const TrainFlags& flags, const TrainSettings& settings,
                                const std::optional<TrainStart>& start, const RunPictures& pictures,
                                Trainer<Device>& trainer) {
    const bool in_place = start && start->settings;
    const RunDirectory directory =
        in_place ? RunDirectory(*flags.resume) : RunDirectory::create(*flags.outdir, description(settings));
    try {
        write_file(directory.file("training_options.json"), to_json(settings).dump(2) + '\n');
        if (!in_place) {
            pictures.write_reals(directory.file("reals.png"));
            write_png(directory.file("fakes_init.png"),
                      pictures.fakes(generating(trainer), trainer.scheduled_now().lod));
        }
        directory.log(text("Run folder ", directory.path().string()));
        if (start) directory.log(text("Goes on from ", start->snapshot.string()));
    } catch (...) {
        if (!in_place) directory.remove();
        throw;
    }
    return directory;
}

/// A run on one device, from the networks' first values, or what it goes on from, to its end.
template <class Device>
void train_on(Device device, const TrainFlags& flags, const TrainSettings& settings, const Dataset& data,
              const std::optional<Checkpoint>& checkpoint, const std::optional<TrainStart>& start) {
    Trainer<Device> trainer(settings.architecture, settings.options, source_of(data, settings.cond), device);
    if (start) load_start(*checkpoint, *start, trainer);
    if (trainer.finished())
        throw ValueError(text("--kimg: is ", settings.options.total_kimg, ", expected more than the ",
                              static_cast<double>(trainer.progress().pictures) / 1000, " of ",
                              start->snapshot.string()));
    check_pictures(data, trainer.context());
    const RunPictures pictures(data, settings.architecture);
    const Metrics<Device> metrics(settings, device, trainer);

    const Interrupt interrupt;
    const RunDirectory directory = prepared_directory(flags, settings, start, pictures, trainer);
    Run<Device> run(directory, trainer, pictures, metrics, settings.snap);
    run.go();
    const TrainingProgress& p = trainer.progress();
    directory.log(text(trainer.finished() ? "Finished at " : "Stopped at ", static_cast<double>(p.pictures) / 1000,
                       " kimg: ", run.snapshot().string()));
    if (p.skipped_generator + p.skipped_discriminator > 0)
        directory.log(text("Steps skipped because a gradient was not finite: ", p.skipped_discriminator,
                           " of the discriminator, ", p.skipped_generator, " of the generator"));
    if (!trainer.finished())
        directory.log("To go on: stylegan train --resume " + shell_word(directory.path().string()));
}

}  // namespace

void run_train(const TrainFlags& flags) {
    std::optional<Checkpoint> checkpoint;
    const std::optional<TrainStart> start = start_of(flags, checkpoint);
    const Dataset data(flags.data ? *flags.data : start->settings->data);
    const DatasetFacts facts{.path = fs::absolute(data.path()),
                             .pictures = static_cast<Index>(data.size()),
                             .resolution = {data.height(), data.width()},
                             .channels = data.channels(),
                             .label_size = data.label_size()};
    const TrainSettings settings = resolve(flags, facts, start);
    if (start) {
        checkpoint->check_architecture(settings.architecture, NetworkKind::generator);
        if (checkpoint->has("D")) checkpoint->check_architecture(settings.architecture, NetworkKind::discriminator);
    }
    if (flags.dry_run) return print_dry_run(std::cout, settings, facts, flags.device);

    on_device(flags.device, settings.threads,
              [&](auto device) { train_on(device, flags, settings, data, checkpoint, start); });
}

}  // namespace stylegan::examples
