// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/files/parse_json.hpp>
#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/training/trainer.hpp>
#include <stylegan/training/training_json.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace stylegan {

/// The training record of a snapshot. In the file it is the metadata `training`, a JSON object.
struct TrainingRecord {
    TrainingOptions options{};    ///< options of the run that wrote it
    TrainingProgress progress{};  ///< progress of that run
};

/// Reads the training record of a checkpoint.
/// @return nothing for a file that holds only networks
/// @throws FormatError if the record is malformed
[[nodiscard]] inline std::optional<TrainingRecord> training_record(const Checkpoint& checkpoint) {
    const auto found = checkpoint.metadata().find("training");
    if (found == checkpoint.metadata().end()) return std::nullopt;
    const std::string where = checkpoint.file().path().string() + ": training";
    const nlohmann::json json = parse_json(found->second, where);
    if (!json.is_object() || !json.contains("options") || !json.contains("progress"))
        throw FormatError(text(where, ": is not a JSON object with \"options\" and \"progress\""));
    return TrainingRecord{training_options_from_json(json["options"], where + ": options"),
                          training_progress_from_json(json["progress"], where + ": progress")};
}

/// Writes a snapshot with all that a bit-exact resume needs: both networks, the averaged generator, Adam's moments,
/// progress and options. The file appears only when it is complete.
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
    writer.metadata("training", training.dump());
    add_parameters(writer, "", trainer);
    writer.write(path);
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
}

}  // namespace stylegan
