// SPDX-License-Identifier: Apache-2.0
#include "run/train_run.hpp"

#include "printing/shell_word.hpp"
#include "ranks/equal_ranks.hpp"
#include "run/changed_settings.hpp"
#include "run/followed_run.hpp"
#include "run/planning/auto_settings.hpp"
#include "run/planning/step_times.hpp"
#include "run/resume.hpp"
#include "run/run_loop.hpp"
#include "run/transfer_text.hpp"

#include <stylegan/device/cuda/nccl.hpp>
#include <stylegan/io/files/same_file.hpp>
#include <stylegan/training/dataset_source.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace stylegan::examples {
namespace {

namespace fs = std::filesystem;

/// Decodes every picture once, to find a damaged one before anything is written. Skips data sets larger than the cache,
/// which would take long.
template <class Device>
void check_pictures(const Dataset& data, Context<Device>& context) {
    const double bytes = static_cast<double>(data.size()) * data.width() * data.height() * data.channels();
    if (bytes > static_cast<double>(DatasetOptions{}.cache_bytes)) return;
    context.parallel_for(static_cast<Index>(data.size()),
                         [&](Index i) { (void)data.picture(static_cast<std::size_t>(i)); });
}

/// "Left out  3 files: notes.txt (not a picture), ..."
std::string left_out(const Dataset& data) { return text("Left out  ", summary(data.passed_over())); }

/// What a run takes from a file that holds no training state, and what begins anew.
std::string words_of_start(const Checkpoint& checkpoint, const TrainStart& start, const TrainSettings& settings) {
    const bool g = checkpoint.has("G"), gs = checkpoint.has("Gs"), d = checkpoint.has("D");
    std::string words =
        text(start.snapshot.string(), " holds networks without training state. Taken from it: ",
             g && gs ? "the generator G and its moving average Gs"
             : gs    ? "the generator Gs, as G too"
                     : "the generator G, as Gs too",
             d ? ", the discriminator D" : "", ". New: ", d ? "" : "the discriminator, with random weights; ",
             "the moments of both optimizers, the counters, the order of the pictures.");
    const ScheduleOptions& schedule = settings.options.schedule;
    const Architecture& a = settings.architecture;
    const double lod = scheduled(a, schedule, 0).lod;
    const Size size = a.size(a.stages() - 1 - static_cast<int>(lod));
    words +=
        text(" The network's level of detail is ", *start.level, "; training begins at ", lod, ", with pictures of ",
             width_by_height(size.width, size.height), schedule.growing ? "" : " (--no-growing)");
    const std::string note = checkpoint.level_note();
    if (!note.empty()) words += text(". The file ", note, "; `stylegan convert --lod` stores another");
    return words;
}

/// Loads everything from a snapshot, the networks of a file that holds only networks, or what fits of others.
template <class Device>
void load_start(Resumed& resumed, const TrainSettings& settings, Trainer<Device>& trainer) {
    if (!resumed.checkpoint) return;
    if (is_transfer(*resumed.start, settings)) {
        resumed.transfer = transfer_networks(*resumed.checkpoint, trainer);
        return;
    }
    if (!resumed.start->level) return load_snapshot(*resumed.checkpoint, trainer);
    (void)load_networks(*resumed.checkpoint, trainer);
}

/// A path in the folder of a run that is not there yet.
bool is_missing(const fs::path& path) {
    std::error_code ignored;
    return !fs::exists(path, ignored);
}

/// Lines of the log about how a run begins.
std::vector<std::string> notes_of(const Resumed& resumed, const TrainSettings& settings) {
    std::vector<std::string> notes = resumed.notes;
    if (!resumed.checkpoint) return notes;
    const TrainStart& start = *resumed.start;
    if (is_transfer(start, settings)) {
        for (std::string& line : text_of(resumed.transfer.value(), start, settings)) notes.push_back(std::move(line));
        return notes;
    }
    notes.push_back(text("Resumes from ", start.snapshot.string()));
    if (start.level) notes.push_back(words_of_start(*resumed.checkpoint, start, settings));
    if (!start.record || start.level) return notes;
    if (const std::string changes = changed_settings(start, settings); !changes.empty())
        notes.push_back("Changed: " + changes);
    return notes;
}

constexpr double seconds_of_measurement = 5;  // for the times of --dry-run
constexpr double seconds_of_choice = 4;       // for each of the networks that --cfg auto tries

/// Thousands of pictures that a resumed run has seen.
double done_of(const Resumed& resumed) {
    if (!resumed.start || !resumed.start->record || resumed.start->level || resumed.transfer) return 0;
    return static_cast<double>(resumed.start->record->progress.pictures) / 1000;
}

/// The ranks of a run: on GPUs they exchange what is in the memory of the GPUs by NCCL, where the program has it.
template <class Device>
std::shared_ptr<Communicator> ranks_of([[maybe_unused]] Trainer<Device>& trainer) {
    std::shared_ptr<Communicator> all = ProgramRanks::all();
#if defined(STYLEGAN_CUDA) && defined(STYLEGAN_NCCL)
    if constexpr (Device::asynchronous)
        if (all->size() > 1) return std::make_shared<Nccl>(all, trainer.generator().shared_context());
#endif
    return all;
}

/// A run on one device. The members are made in the order in which a run begins; the folder, if it is new, last.
template <class Device>
class TrainRun {
public:
    TrainRun(Device device, const TrainFlags& flags, const TrainSettings& settings,
             const std::shared_ptr<const Dataset>& data, Resumed& resumed)
        : flags_(flags),
          settings_(settings),
          data_(*data),
          resumed_(resumed),
          trainer_(settings.architecture, settings.options, picture_source(data, settings.cond), device) {
        load_start(resumed, settings, trainer_);
        trainer_.share(ranks_of(trainer_));
        if (trainer_.finished())
            throw ValueError(text("--kimg: is ", settings.options.total_kimg, ", expected more than the ", kimg(),
                                  " of ", resumed.start->snapshot.string()));
        check_pictures(data_, trainer_.context());
        pictures_.emplace(data_, settings.architecture);
        metrics_.emplace(settings, device, trainer_, data);
    }

    /// Trains to the end, or until told to stop.
    void run() {
        const Interrupt interrupt;
        const RunDirectory directory =
            in_place() ? RunDirectory(*flags_.resume) : RunDirectory::create(*flags_.outdir, description(settings_));
        RunLines lines(directory);
        RunEvents events(lines, settings_.tensorboard);
        try {
            if (!in_place()) resumed_.lock.emplace(directory.path());
            prepare(directory, lines, events);
        } catch (...) {
            if (!in_place()) directory.remove();
            throw;
        }
        const fs::path from = resumed_.checkpoint ? resumed_.start->snapshot : fs::path();
        SnapshotWriter<Device> snapshots(directory, lines, trainer_, settings_.keep, from, resumed_.damaged);
        RunLoop<Device> loop(directory, lines, events, snapshots, trainer_, *pictures_, *metrics_, settings_);
        if (in_place() && !from.empty()) loop.complete(from);
        loop.run();
        log_end(directory, lines, snapshots.newest(), loop.time_is_over());
    }

private:
    [[nodiscard]] bool in_place() const { return resumed_.start && resumed_.start->settings; }
    [[nodiscard]] double kimg() const { return static_cast<double>(trainer_.progress().pictures) / 1000; }

    /// All that the folder holds before training.
    void prepare(const RunDirectory& directory, RunLines& lines, RunEvents& events) {
        const std::vector<std::string> notes =
            notes_of(resumed_, settings_);  // refuses changes before anything is written
        const double hours = directory.seconds_until(kimg()) / 3600;
        if (in_place() && settings_.hours > 0 && hours >= settings_.hours)
            throw ValueError(text("--hours: is ", settings_.hours, ", expected more than the ", hours, " of ",
                                  directory.path().string()));
        if (in_place()) {
            end_last_line(directory);
            remove_later_lines(directory, trainer_.progress().tick,
                               resumed_.checkpoint ? resumed_.start->snapshot : fs::path());
        }
        write_file(directory.options(), to_json(settings_).dump(2) + '\n');
        const bool begins = !in_place() || resumed_.start->over;
        if (const fs::path reals = directory.file("reals.png"); begins && is_missing(reals))
            pictures_->write_reals(reals);
        events.start(directory, trainer_.progress().pictures + 1);
        if (const fs::path fakes = directory.file("fakes_init.png"); begins && is_missing(fakes)) {
            const Image sheet = pictures_->fakes(averaged(trainer_), trainer_.scheduled_now().lod);
            write_png(fakes, sheet);
            events.add_fakes(trainer_.progress().pictures, sheet);
        }
        lines.log(text("Run folder ", directory.path().string()));
        lines.add("commands.txt", command_of(flags_));
        if (!data_.passed_over().empty()) lines.log(left_out(data_));
        for (const std::string& note : notes) lines.log(note);
        if (const std::string warning = schedule_warning(settings_); !warning.empty()) lines.log(warning);
        if (!lines.flush()) throw DiskFullError(lines.reason());
    }

    /// @param over  whether the time of --hours is
    void log_end(const RunDirectory& directory, RunLines& lines, const fs::path& snapshot, bool over) {
        const bool finished = trainer_.finished() || over;
        const std::string end = text(finished ? "Finished at " : "Stopped at ", kimg(), " kimg: ", snapshot.string());
        lines.log(end);
        const TrainingProgress& p = trainer_.progress();
        if (p.skipped_generator + p.skipped_discriminator > 0)
            lines.log(text("Steps skipped because a gradient was not finite: ", p.skipped_discriminator,
                           " of the discriminator, ", p.skipped_generator, " of the generator"));
        const std::string advice = "To resume: stylegan train --resume " + shell_word(directory.path().string());
        if (!trainer_.finished() && over)
            lines.log(text("The time of --hours ", settings_.hours, " is over, at ", kimg(), " of ",
                           settings_.options.total_kimg, " kimg. ", advice, " --hours ", 2 * settings_.hours));
        else if (!finished)
            lines.log(advice);
        if (!lines.flush()) throw DiskFullError(lines.reason());
        if (output_is_closed())
            throw FileError(text("the standard output was closed. ", end, finished ? std::string() : ". " + advice));
    }

    const TrainFlags& flags_;
    const TrainSettings& settings_;
    const Dataset& data_;
    Resumed& resumed_;
    Trainer<Device> trainer_;
    std::optional<RunPictures> pictures_;
    std::optional<SnapshotMetrics<Device>> metrics_;
};

/// Completes the flags for --cfg auto and --hours; the lines of the log say what was chosen.
void choose(TrainFlags& flags, const DatasetFacts& facts, Resumed& resumed) {
    if (!leaves_a_choice(flags, facts, resumed.start)) return;
    const std::string asked =
        text(is_auto(flags, resumed.start) ? "--cfg auto " : "", "--hours ", flags.hours.value_or(default_hours));
    AutoChoice choice =
        choose_settings(flags, facts, resumed.start, [&](const Architecture& a, const TrainingOptions& options) {
            LevelTimes times = measure_levels(a, options, flags.device, flags.threads.value_or(0), seconds_of_choice);
            for (double& seconds : times.seconds_per_kimg) seconds /= ProgramRanks::all()->size();
            return times;
        });
    flags = std::move(choice.flags);
    resumed.notes.push_back("Chosen by " + asked + ": " + command_of(flags));
    for (std::string& reason : choice.reasons) resumed.notes.push_back(std::move(reason));
}

/// A rank other than 0: rank 0 reads the command line and the snapshot, and says what to do.
void follow(const TrainFlags& flags, Communicator& ranks) {
    if (flags.dry_run) return;
    const TrainSettings settings = train_settings_from_json(broadcast_text(ranks, {}), "the settings of rank 0");
    const auto data = std::make_shared<const Dataset>(
        settings.data, DatasetOptions{.labels = settings.cond, .max_pixels = flags.max_pixels});
    require_equal_data(ranks, *data);
    on_device(flags.device, settings.threads, [&](auto device) {
        Trainer<decltype(device)> trainer(settings.architecture, settings.options, picture_source(data, settings.cond),
                                          device);
        together(ranks, [&] { trainer.share(ranks_of(trainer)); });
        if (trainer.finished()) throw SharedError("the run is finished");
        follow_run(trainer);
    });
}

/// With several ranks, a new run has as many shards, unless the command says how many.
void choose_shards(TrainFlags& flags, const std::optional<TrainStart>& start, int ranks) {
    if (ranks == 1) return;
    const bool resumed = start && start->record && !start->level;
    if (!flags.shards && !resumed) flags.shards = ranks;
    const int shards = flags.shards.value_or(resumed ? start->record->options.shards : ranks);
    if (!is_number_of_shards(ranks))
        throw ValueError(text("the number of processes (ranks) is ", ranks, ", expected 1, 2, 4, 8 and so on"));
    if (is_number_of_shards(shards) && shards < ranks)
        throw ValueError(text("--shards: is ", shards,
                              resumed && !flags.shards ? " in " + start->snapshot.string() : "", ", expected at least ",
                              ranks, ", the number of processes (ranks)"));
}

}  // namespace

void run_train(const TrainFlags& given) {
    Communicator& ranks = *ProgramRanks::all();
    require_equal_commands(ranks, command_of(given));
    if (ranks.rank() != 0) return follow(given, ranks);
    TrainFlags flags = given;
    if (flags.resume == "latest") {
        flags.resume = RunDirectory::newest(*flags.outdir).path();
        flags.outdir.reset();
    }
    Resumed resumed;
    open_resumed(flags, resumed);
    const std::optional<TrainStart>& start = resumed.start;
    const std::optional<Checkpoint>& checkpoint = resumed.checkpoint;
    const fs::path source = flags.data ? *flags.data : start->settings->data;
    if (flags.outdir && (same_file(*flags.outdir, source) || is_inside(*flags.outdir, source)))
        throw FileError(text("--outdir ", flags.outdir->string(), ": is in the data set ", source.string(),
                             ", which would grow by the pictures of the run; expected a place outside of it"));
    const bool labelled = flags.cond.value_or(start && start->architecture.label_size > 0);
    const auto opened =
        std::make_shared<const Dataset>(source, DatasetOptions{.labels = labelled, .max_pixels = flags.max_pixels});
    const Dataset& data = *opened;
    const DatasetFacts facts{.path = fs::absolute(data.path()),
                             .pictures = static_cast<Index>(data.size()),
                             .resolution = {data.height(), data.width()},
                             .channels = data.channels(),
                             .label_size = data.label_size()};
    choose_shards(flags, start, ranks.size());
    choose(flags, facts, resumed);
    const TrainSettings settings = resolve(flags, facts, start);
    const bool transfer = checkpoint && is_transfer(*start, settings);
    if (checkpoint && !transfer) {
        checkpoint->check_architecture(settings.architecture, NetworkKind::generator);
        if (checkpoint->has("D")) checkpoint->check_architecture(settings.architecture, NetworkKind::discriminator);
    }
    if (flags.dry_run) {
        if (transfer) resumed.transfer = planned_transfer(*checkpoint, settings.architecture);
        for (const std::string& note : notes_of(resumed, settings)) std::cout << note << '\n';
        if (start || !resumed.notes.empty()) std::cout << '\n';
        if (!data.passed_over().empty()) std::cout << left_out(data) << '\n';
        const LevelTimes times = measure_levels(settings.architecture, settings.options, flags.device, settings.threads,
                                                seconds_of_measurement);
        return print_dry_run(std::cout, settings, facts, flags.device, times, done_of(resumed));
    }

    (void)broadcast_text(ranks, to_json(settings).dump());
    require_equal_data(ranks, data);
    on_device(flags.device, settings.threads,
              [&](auto device) { TrainRun(device, flags, settings, opened, resumed).run(); });
}

}  // namespace stylegan::examples
