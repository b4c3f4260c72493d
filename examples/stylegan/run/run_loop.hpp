// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "printing/machine.hpp"
#include "printing/progress.hpp"
#include "report/run_report.hpp"
#include "run/records/run_events.hpp"
#include "run/records/run_lines.hpp"
#include "run/records/run_pictures.hpp"
#include "run/records/snapshot_metrics.hpp"
#include "run/records/tick_line.hpp"
#include "run/resume.hpp"
#include "run/run_directory.hpp"
#include "run/run_ranks.hpp"
#include "run/snapshot_writer.hpp"
#include "run/train_settings.hpp"

#include <stylegan/device/start_beside.hpp>
#include <stylegan/io/pictures/png.hpp>
#include <stylegan/training/collapse.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <future>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace stylegan::examples {

/// The averaged generator, for RunPictures.
template <class Device>
RunPictures::Generate averaged(Trainer<Device>& trainer) {
    return [&trainer](const auto& z, const auto& options) { return trainer.averaged()(z, options); };
}

/// Runs the trainer, as rank 0 if there are several; writes progress lines, statistics, pictures and snapshots. Ctrl-C,
/// SIGTERM, SIGHUP and a standard output without a reader stop it between two steps, with a snapshot.
template <class Device>
class RunLoop {
public:
    RunLoop(const RunDirectory& directory, RunLines& lines, RunEvents& events, SnapshotWriter<Device>& snapshots,
            Trainer<Device>& trainer, const RunPictures& pictures, SnapshotMetrics<Device>& metrics,
            const TrainSettings& settings)
        : directory_(directory),
          lines_(lines),
          events_(events),
          snapshots_(snapshots),
          trainer_(trainer),
          pictures_(pictures),
          metrics_(metrics),
          report_(directory),
          ranks_(trainer.ranks()),
          snap_(static_cast<std::uint64_t>(settings.snap)),
          snap_seconds_(settings.snap_minutes * 60),
          most_seconds_(settings.hours * 3600),
          begin_(seconds_now() - directory.seconds_until(kimg())),
          tick_begin_(seconds_now()),
          tick_pictures_(trainer.progress().pictures),
          skipped_(skipped()) {}

    using Tick = typename Trainer<Device>::Tick;

    /// @throws DivergenceError, FileError; DiskFullError if there is no room for the last snapshot
    void run() {
        try {
            trainer_.run([&](const Tick& tick) { return on_tick(tick); }, [&] { return after_step(); });
        } catch (const Stop&) {
            bar_.clear();
            save_last();
        } catch (const DivergenceError& error) {
            bar_.clear();
            const auto& healthy = snapshots_.healthy();
            const std::string message =
                text(error.what(), healthy.empty() ? "; no snapshot was written before that"
                                                   : "; the last snapshot before that is " + healthy.string());
            lines_.log("Stopped: " + message);
            throw DivergenceError(message);
        }
        finish_writing();
        if (trainer_.finished() || time_is_over()) snapshots_.remove_timed();
    }

    /// Whether training has taken the hours that it may. The schedule follows the pictures shown, so a machine that
    /// is slower than expected ends earlier in it.
    [[nodiscard]] bool time_is_over() const { return over_; }

    /// Makes what belongs to the snapshot that was resumed, and the end of its run prevented.
    void complete(const std::filesystem::path& snapshot) {
        const TrainingProgress& p = trainer_.progress();
        if (p.tick % snap_ != 0 || p.tick_pictures != p.pictures ||
            parse_snapshot_name(snapshot.filename().string())->timed)
            return;
        std::error_code ignored;
        if (!std::filesystem::exists(directory_.fakes(snapshot), ignored))
            write_fakes(snapshot, trainer_.scheduled_now().lod);
        evaluate_metrics(snapshot);
    }

private:
    struct Stop {};  // thrown between two steps

    [[nodiscard]] std::uint64_t skipped() const {
        return trainer_.progress().skipped_generator + trainer_.progress().skipped_discriminator;
    }
    [[nodiscard]] static double gigabytes(std::size_t bytes) {
        return static_cast<double>(bytes) / (1024.0 * 1024.0 * 1024.0);
    }
    [[nodiscard]] double kimg() const { return static_cast<double>(trainer_.progress().pictures) / 1000; }
    [[nodiscard]] static bool told_to_stop() { return Interrupt::requested() || output_is_closed(); }

    /// Not while steps are skipped: a snapshot of networks that diverge must not follow the good ones.
    [[nodiscard]] bool healthy() const { return trainer_.progress().skipped_in_a_row == 0; }
    [[nodiscard]] bool time_for_snapshot() const {
        return snap_seconds_ > 0 && snapshots_.age() >= snap_seconds_ && healthy();
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
        const bool over = most_seconds_ > 0 && seconds_now() - begin_ >= most_seconds_;
        const RunRanks::Decision all = ranks_.after_step({.stop = told_to_stop(), .over = over});
        over_ = all.over;
        stop_ = all.stop;
        if (over_) return false;  // ends the tick and the run
        if (tick_ends(trainer_)) return true;
        if (stop_) throw Stop();
        if (time_for_snapshot()) snapshots_.write(true);
        return true;
    }

    bool on_tick(const Tick& tick) {
        bar_.clear();
        const std::vector<RankTime> ranks = ranks_.at_tick(trainer_);
        const double now = seconds_now();
        TickLine line = line_of(tick, now);
        line.ranks = ranks;
        lines_.log(text_of(line));
        const nlohmann::ordered_json stats = statistics(tick, line);
        lines_.add("stats.jsonl", stats.dump());
        events_.add_statistics(tick.progress.pictures, stats);
        if (tick.last || stop_)
            save_last();
        else if (healthy() && (snapshot_is_due_ || tick.progress.tick % snap_ == 0))
            snapshot_is_due_ = !save(tick.step.lod);  // on a full disk, the next tick tries again
        else if (time_for_snapshot() || (snapshots_.paused() && healthy()))
            snapshots_.write(true);
        write_report();
        tick_begin_ = seconds_now();
        maintenance_ = tick_begin_ - now;
        tick_pictures_ = tick.progress.pictures;
        skipped_ = skipped();
        return !stop_;
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
                .augment = augment_p(),
                .warning = warning_of(collapse_of(tick.statistics)),
                .ranks = {},
                .skipped = skipped() - skipped_};
    }

    [[nodiscard]] std::optional<double> augment_p() const {
        if (trainer_.options().augment.mode == AugmentMode::none) return std::nullopt;
        return trainer_.augment_p();
    }

    /// Writes a snapshot, its pictures and its metrics. @return false if the disk is full
    bool save(double lod) {
        if (!snapshots_.write(false)) return false;
        write_fakes(snapshots_.newest(), lod);
        evaluate_metrics(snapshots_.newest());
        return true;
    }

    /// The same at the end of a run. When it is told to stop, it does not wait for room on a full disk.
    void save_last() {
        constexpr double ten_minutes = 600;
        snapshots_.write_last(stop_ || told_to_stop() ? 0 : ten_minutes);
        write_fakes(snapshots_.newest(), trainer_.scheduled_now().lod);
        evaluate_metrics(snapshots_.newest());
    }

    /// Pictures are written while training continues.
    void write_fakes(const std::filesystem::path& snapshot, double lod) {
        finish_writing();
        Image grid = pictures_.fakes(averaged(trainer_), lod);
        events_.add_fakes(trainer_.progress().pictures, grid);
        writing_ = start_beside([path = directory_.fakes(snapshot), grid = std::move(grid)] { write_png(path, grid); });
    }

    /// report.html, anew at every tick. A run does not end because of it: `stylegan report` can make it again.
    void write_report() {
        constexpr std::size_t pictures = 12;
        try {
            write_file(directory_.file("report.html"), report_page({report_.data(pictures)}));
        } catch (const FileError& error) {
            if (!report_failed_) lines_.log(text(error.what(), "; training continues without it"));
            report_failed_ = true;
        }
    }

    /// Rethrows an error of the writer, unless the disk is full: pictures can be made again from the snapshot.
    void finish_writing() {
        if (!writing_.valid()) return;
        try {
            writing_.get();
        } catch (const DiskFullError& error) {
            lines_.log(error.what());
        }
    }

    /// Those of the metrics that are not there.
    void evaluate_metrics(const std::filesystem::path& snapshot) {
        const std::string file = snapshot.filename().string();
        for (const std::string& name : metrics_.names()) {
            if (stop_ || told_to_stop()) return;
            if (has_metric(directory_, name, file)) continue;
            const auto line = metrics_.evaluate(name, lines_, file);
            if (!line) return;
            events_.add_metric(trainer_.progress().pictures, *line);
        }
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
        if (line.augment) add("Progress/augment", *line.augment);
        add("Progress/skipped_generator_steps", tick.progress.skipped_generator);
        add("Progress/skipped_discriminator_steps", tick.progress.skipped_discriminator);
        add("Timing/total_sec", line.seconds);
        add("Timing/sec_per_tick", line.tick_seconds);
        add("Timing/sec_per_kimg", line.seconds_per_kimg());
        add("Timing/maintenance_sec", line.maintenance);
        for (std::size_t r = 0; r < line.ranks.size(); ++r)
            add(text("Timing/rank", r, "_waited_sec").c_str(), line.ranks[r].waited);
        add("Resources/cpu_mem_gb", gigabytes(memory_now()));
        add("Resources/peak_cpu_mem_gb", line.memory_gb);
        json["timestamp"] = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
        return json;
    }

    const RunDirectory& directory_;
    RunLines& lines_;
    RunEvents& events_;
    SnapshotWriter<Device>& snapshots_;
    Trainer<Device>& trainer_;
    const RunPictures& pictures_;
    SnapshotMetrics<Device>& metrics_;
    RunReport report_;
    RunRanks ranks_;
    bool report_failed_ = false;
    std::uint64_t snap_;
    double snap_seconds_;
    double most_seconds_;  // of training; 0: no limit
    bool snapshot_is_due_ = false, over_ = false;
    bool stop_ = false;  // a rank is told to stop
    ProgressBar bar_;
    double begin_, tick_begin_, maintenance_ = 0;
    std::uint64_t tick_pictures_, skipped_;
    std::future<void> writing_;
};

}  // namespace stylegan::examples
