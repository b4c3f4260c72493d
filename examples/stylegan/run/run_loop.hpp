// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metrics/path_metrics.hpp"
#include "metrics/perceptual_network_on.hpp"
#include "options/output_folder.hpp"
#include "printing/machine.hpp"
#include "printing/progress.hpp"
#include "run/run_directory.hpp"
#include "run/run_pictures.hpp"
#include "run/tick_line.hpp"
#include "run/train_settings.hpp"

#include <stylegan/device/start_beside.hpp>
#include <stylegan/io/pictures/png.hpp>
#include <stylegan/metrics/path_generator.hpp>
#include <stylegan/training/snapshot.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <future>
#include <utility>

namespace stylegan::examples {

/// The averaged generator, for RunPictures.
template <class Device>
RunPictures::Generate averaged(Trainer<Device>& trainer) {
    return [&trainer](const auto& z, const auto& options) { return trainer.averaged()(z, options); };
}

/// The metrics of the averaged generator, evaluated at snapshots.
template <class Device>
class SnapshotMetrics {
public:
    /// @throws ValueError, ShapeError, FileError, FormatError if a metric cannot be evaluated
    SnapshotMetrics(const TrainSettings& settings, Device device, Trainer<Device>& trainer)
        : names_(settings.metrics), averaged_(trainer.averaged()) {
        if (names_.empty()) return;
        settings_.samples = static_cast<std::size_t>(settings.metric_samples);
        for (const std::string& name : names_) check_metric(name, settings.architecture, settings_);
        network_.emplace(
            open_perceptual_network_beside<Device>({settings.vgg, settings.lpips}, device, averaged_.shared_context()));
    }

    /// Adds a line for each metric to the log and to metric-<name>.jsonl; Ctrl-C skips the rest.
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

/// Runs the trainer; writes progress lines, statistics, pictures and snapshots.
template <class Device>
class RunLoop {
public:
    /// @param resumed  the snapshot that the run resumes from; empty for a new run
    RunLoop(const RunDirectory& directory, Trainer<Device>& trainer, const RunPictures& pictures,
            const SnapshotMetrics<Device>& metrics, int snap, std::filesystem::path resumed = {})
        : directory_(directory),
          trainer_(trainer),
          pictures_(pictures),
          metrics_(metrics),
          snap_(static_cast<std::uint64_t>(snap)),
          begin_(seconds_now() - directory.seconds_until(kimg())),
          tick_begin_(seconds_now()),
          tick_pictures_(trainer.progress().pictures),
          skipped_(skipped()),
          healthy_(std::move(resumed)) {}

    using Tick = typename Trainer<Device>::Tick;

    void run() {
        try {
            trainer_.run([&](const Tick& tick) { return on_tick(tick); }, [&] { return after_step(); });
        } catch (const DivergenceError& error) {
            bar_.clear();
            const std::string message =
                text(error.what(), healthy_.empty() ? "; no snapshot was written before that"
                                                    : "; the last snapshot before that is " + healthy_.string());
            directory_.log("Stopped: " + message);
            throw DivergenceError(message);
        }
        finish_writing();
    }

    [[nodiscard]] const std::filesystem::path& snapshot() const { return snapshot_; }

private:
    [[nodiscard]] std::uint64_t skipped() const {
        return trainer_.progress().skipped_generator + trainer_.progress().skipped_discriminator;
    }
    [[nodiscard]] static double gigabytes(std::size_t bytes) {
        return static_cast<double>(bytes) / (1024.0 * 1024.0 * 1024.0);
    }
    [[nodiscard]] double kimg() const { return static_cast<double>(trainer_.progress().pictures) / 1000; }

    /// Rethrows an error of the writer.
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
        const TickLine line = line_of(tick, now);
        directory_.log(text_of(line));
        directory_.stats(statistics(tick, line).dump());
        // not while steps are skipped: a snapshot of networks that diverge must not follow the good ones
        if (tick.last || (tick.progress.tick % snap_ == 0 && tick.progress.skipped_in_a_row == 0)) save(tick.step.lod);
        tick_begin_ = seconds_now();
        maintenance_ = tick_begin_ - now;
        tick_pictures_ = tick.progress.pictures;
        skipped_ = skipped();
        return true;
    }

    [[nodiscard]] TickLine line_of(const Tick& tick, double now) const {
        return {.tick = tick.progress.tick,
                .kimg = kimg(),
                .lod = tick.step.lod,
                .minibatch = tick.step.batch,
                .seconds = now - begin_,
                .tick_seconds = now - tick_begin_,
                .tick_kimg = static_cast<double>(tick.progress.pictures - tick_pictures_) / 1000,
                .maintenance = maintenance_,
                .memory_gb = gigabytes(peak_memory()),
                .skipped = skipped() - skipped_};
    }

    /// Writes a snapshot, its pictures and its metrics.
    void save(double lod) {
        snapshot_ = directory_.snapshot(kimg());
        save_snapshot(snapshot_, trainer_);
        if (trainer_.progress().skipped_in_a_row == 0) healthy_ = snapshot_;
        finish_writing();
        writing_ = start_beside([path = directory_.fakes(kimg()), grid = pictures_.fakes(averaged(trainer_), lod)] {
            write_png(path, grid);
        });
        if (!Interrupt::requested()) metrics_.evaluate(directory_, snapshot_.filename().string());
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
        add("Timing/sec_per_kimg", line.seconds_per_kimg());
        add("Timing/maintenance_sec", line.maintenance);
        add("Resources/cpu_mem_gb", gigabytes(memory_now()));
        add("Resources/peak_cpu_mem_gb", line.memory_gb);
        json["timestamp"] = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
        return json;
    }

    const RunDirectory& directory_;
    Trainer<Device>& trainer_;
    const RunPictures& pictures_;
    const SnapshotMetrics<Device>& metrics_;
    std::uint64_t snap_;
    ProgressBar bar_;
    double begin_, tick_begin_, maintenance_ = 0;
    std::uint64_t tick_pictures_, skipped_;
    std::filesystem::path healthy_;  // the last snapshot at whose end gradients were finite
    std::filesystem::path snapshot_;
    std::future<void> writing_;  // the last pictures are written while training continues
};

}  // namespace stylegan::examples
