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

/// What a snapshot says about its training: the metadata's `training`, a JSON object.
struct TrainingRecord {
    TrainingOptions options{};
    TrainingProgress progress{};
};

/// @return nothing for a file that holds networks only
/// @throws FormatError if the record is there and cannot be understood
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

/// Writes everything that training needs to go on bit for bit: both networks, the averaged generator, the moments of both
/// optimizers, where the run stands, its options. The file appears when complete.
/// @throws FileError if it cannot be written
template <class Device>
void save_snapshot(const std::filesystem::path& path, const Trainer<Device>& trainer) {
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

/// Puts a trainer where a snapshot was taken. Of the options only the trainer's own count.
/// @throws FormatError if the file holds networks of another architecture, or no training state
template <class Device>
void load_snapshot(const Checkpoint& checkpoint, Trainer<Device>& trainer) {
    checkpoint.check_architecture(trainer.architecture(), NetworkKind::generator);
    checkpoint.check_architecture(trainer.architecture(), NetworkKind::discriminator);
    const auto record = training_record(checkpoint);
    if (!record)
        throw FormatError(
            text(checkpoint.file().path().string(), ": has no training state, expected a snapshot of a run"));
    load_parameters(checkpoint.file(), "", trainer);
    trainer.set_progress(record->progress);
}

}  // namespace stylegan
