// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/files/parse_json.hpp>
#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/training/trainer.hpp>
#include <stylegan/training/training_json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace stylegan {

/// The training record of a snapshot. In the file it is the metadata `training`, a JSON object.
struct TrainingRecord {
    TrainingOptions options{};    ///< options of the run that wrote it
    TrainingProgress progress{};  ///< progress of that run
    /// Statistics of the steps since the last tick; empty if it was written at the end of a tick.
    std::map<std::string, RunningStatistics> statistics{};
};

/// Reads the training record of a checkpoint.
/// @return nothing for a file that holds only networks
/// @throws FormatError if the record is malformed, or a value in it is out of range
[[nodiscard]] inline std::optional<TrainingRecord> training_record(const Checkpoint& checkpoint) {
    const auto found = checkpoint.metadata().find("training");
    if (found == checkpoint.metadata().end()) return std::nullopt;
    const std::string where = checkpoint.file().path().string() + ": training";
    const nlohmann::json json = parse_json(found->second, where);
    if (!json.is_object() || !json.contains("options") || !json.contains("progress"))
        throw FormatError(text(where, ": is not a JSON object with \"options\" and \"progress\""));
    TrainingRecord record{training_options_from_json(json["options"], where + ": options"),
                          training_progress_from_json(json["progress"], where + ": progress")};
    if (json.contains("statistics"))
        record.statistics = statistics_from_json(json["statistics"], where + ": statistics");
    return record;
}

/// Writes a snapshot with all that a bit-exact resume needs: both networks, the averaged generator, Adam's moments,
/// progress and options, and in the middle of a tick the statistics of its steps. The file appears only when it is
/// complete.
/// @throws FileError if it cannot be written
template <class Device, class G, class D>
void save_snapshot(const std::filesystem::path& path, const Trainer<Device, G, D>& trainer) {
    SafetensorsWriter writer;
    writer.metadata("architecture", architecture_to_json(trainer.architecture()).dump());
    nlohmann::ordered_json training;
    training["kimg"] = static_cast<double>(trainer.progress().pictures) / 1000;
    training["lod"] = trainer.scheduled_now().lod;
    training["progress"] = to_json(trainer.progress());
    training["options"] = to_json(trainer.options());
    const TrainingProgress& progress = trainer.progress();
    if (progress.tick_pictures != progress.pictures) training["statistics"] = to_json(trainer.statistics());
    writer.metadata("training", training.dump());
    add_parameters(writer, "", trainer);
    writer.write(path);
}

/// What load_networks() took from a file; everything else of a trainer is new.
struct LoadedNetworks {
    bool generator = false;      ///< G itself; otherwise G begins as a copy of Gs
    bool averaged = false;       ///< Gs itself; otherwise Gs begins as a copy of G
    bool discriminator = false;  ///< otherwise it has new random weights
};

/// Brings the networks of a trainer to the state of a file that holds networks alone. Moments, counters and random
/// numbers stay as they are. Where growing begins is a matter of the trainer's options, see first_height_of().
/// @throws FormatError if the file holds no generator, or networks of another architecture
template <class Device, class G, class D>
LoadedNetworks load_networks(const Checkpoint& checkpoint, Trainer<Device, G, D>& trainer) {
    const LoadedNetworks loaded{checkpoint.has("G"), checkpoint.has("Gs"), checkpoint.has("D")};
    checkpoint.load(trainer.averaged());
    if (loaded.generator)
        load_parameters(checkpoint.file(), "G/", trainer.generator());
    else
        checkpoint.load(trainer.generator());
    if (loaded.discriminator) checkpoint.load(trainer.discriminator());
    return loaded;
}

/// ScheduleOptions::first_height of a run that begins with networks of this level of detail: the height of the finest
/// pictures that have faded in.
[[nodiscard]] inline int first_height_of(const Architecture& a, double lod) {
    const int left_out = std::clamp(static_cast<int>(std::ceil(lod)), 0, a.max_lod());
    return a.size(a.stages() - 1 - left_out).height;
}

/// Restores the state of a snapshot in a trainer. The trainer keeps its own options; its loss must have the recorded
/// name.
/// @throws FormatError if the file has networks of another architecture or no training record; ValueError for another
///          loss
template <class Device, class G, class D>
void load_snapshot(const Checkpoint& checkpoint, Trainer<Device, G, D>& trainer) {
    checkpoint.check_architecture(trainer.architecture(), NetworkKind::generator);
    checkpoint.check_architecture(trainer.architecture(), NetworkKind::discriminator);
    const auto record = training_record(checkpoint);
    if (!record)
        throw FormatError(
            text(checkpoint.file().path().string(), ": has no training state, expected a snapshot of a run"));
    const std::string &recorded = record->options.loss.name, &own = trainer.options().loss.name;
    if (recorded != own)
        throw ValueError(text(checkpoint.file().path().string(), ": loss of the run is \"", recorded, "\", expected \"",
                              own, "\"; to change the loss, start a new run from its networks"));
    load_parameters(checkpoint.file(), "", trainer);
    trainer.set_progress(record->progress);
    trainer.set_statistics(record->statistics);
}

}  // namespace stylegan
