// SPDX-License-Identifier: Apache-2.0
#include "run/train_run.hpp"

#include "run/run_loop.hpp"

#include <stylegan/io/files/same_file.hpp>
#include <stylegan/io/tensors/non_finite.hpp>
#include <stylegan/training/dataset_source.hpp>

#include <cctype>
#include <cstring>
#include <iostream>

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

/// The run or snapshot that --resume names.
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
    require_finite(checkpoint->file(), "");
    if (!start.record || !checkpoint->has("training")) start.level = checkpoint->level();
    return start;
}

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

/// Loads everything from a snapshot, or the networks of a file that holds only networks.
template <class Device>
void load_start(const Checkpoint& checkpoint, const TrainStart& start, Trainer<Device>& trainer) {
    if (!start.level) return load_snapshot(checkpoint, trainer);
    (void)load_networks(checkpoint, trainer);
}

/// A path for a shell, in quotes if need be.
std::string shell_word(const std::string& path) {
    const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || std::strchr("_./-+=:,@%", c) != nullptr; };
    if (std::all_of(path.begin(), path.end(), plain)) return path;
    std::string quoted = "'";
    for (const char c : path) quoted += c == '\'' ? "'\\''" : std::string(1, c);
    return quoted + "'";
}

/// The run folder with all that it holds before training. If that fails, a new folder is removed.
template <class Device>
RunDirectory prepared_directory(const TrainFlags& flags, const TrainSettings& settings,
                                const std::optional<TrainStart>& start, const Dataset& data, const std::string& words,
                                const RunPictures& pictures, Trainer<Device>& trainer) {
    const bool in_place = start && start->settings;
    const RunDirectory directory =
        in_place ? RunDirectory(*flags.resume) : RunDirectory::create(*flags.outdir, description(settings));
    try {
        write_file(directory.file("training_options.json"), to_json(settings).dump(2) + '\n');
        if (!in_place) {
            pictures.write_reals(directory.file("reals.png"));
            write_png(directory.file("fakes_init.png"), pictures.fakes(averaged(trainer), trainer.scheduled_now().lod));
        }
        directory.log(text("Run folder ", directory.path().string()));
        if (!data.passed_over().empty()) directory.log(left_out(data));
        if (start) directory.log(text("Resumes from ", start->snapshot.string()));
        if (!words.empty()) directory.log(words);
    } catch (...) {
        if (!in_place) directory.remove();
        throw;
    }
    return directory;
}

/// A run on one device from its start, or from the snapshot it resumes, to its end.
template <class Device>
void train_on(Device device, const TrainFlags& flags, const TrainSettings& settings,
              const std::shared_ptr<const Dataset>& data, const std::optional<Checkpoint>& checkpoint,
              const std::optional<TrainStart>& start) {
    Trainer<Device> trainer(settings.architecture, settings.options, picture_source(data, settings.cond), device);
    if (start) load_start(*checkpoint, *start, trainer);
    if (trainer.finished())
        throw ValueError(text("--kimg: is ", settings.options.total_kimg, ", expected more than the ",
                              static_cast<double>(trainer.progress().pictures) / 1000, " of ",
                              start->snapshot.string()));
    check_pictures(*data, trainer.context());
    const RunPictures pictures(*data, settings.architecture);
    const SnapshotMetrics<Device> metrics(settings, device, trainer);

    const Interrupt interrupt;
    const std::string words = start && start->level ? words_of_start(*checkpoint, *start, settings) : std::string();
    const RunDirectory directory = prepared_directory(flags, settings, start, *data, words, pictures, trainer);
    RunLoop<Device> loop(directory, trainer, pictures, metrics, settings.snap,
                         start ? start->snapshot : std::filesystem::path());
    loop.run();
    const TrainingProgress& p = trainer.progress();
    directory.log(text(trainer.finished() ? "Finished at " : "Stopped at ", static_cast<double>(p.pictures) / 1000,
                       " kimg: ", loop.snapshot().string()));
    if (p.skipped_generator + p.skipped_discriminator > 0)
        directory.log(text("Steps skipped because a gradient was not finite: ", p.skipped_discriminator,
                           " of the discriminator, ", p.skipped_generator, " of the generator"));
    if (!trainer.finished())
        directory.log("To resume: stylegan train --resume " + shell_word(directory.path().string()));
}

}  // namespace

void run_train(const TrainFlags& flags) {
    std::optional<Checkpoint> checkpoint;
    const std::optional<TrainStart> start = start_of(flags, checkpoint);
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
    const TrainSettings settings = resolve(flags, facts, start);
    if (start) {
        checkpoint->check_architecture(settings.architecture, NetworkKind::generator);
        if (checkpoint->has("D")) checkpoint->check_architecture(settings.architecture, NetworkKind::discriminator);
    }
    if (flags.dry_run) {
        if (start && start->level) std::cout << words_of_start(*checkpoint, *start, settings) << "\n\n";
        if (!data.passed_over().empty()) std::cout << left_out(data) << '\n';
        return print_dry_run(std::cout, settings, facts, flags.device);
    }

    on_device(flags.device, settings.threads,
              [&](auto device) { train_on(device, flags, settings, opened, checkpoint, start); });
}

}  // namespace stylegan::examples
