// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/tensors/non_finite.hpp>
#include <stylegan/training/snapshot.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

/// A snapshot that was read whole.
struct GoodSnapshot {
    Checkpoint checkpoint;                 ///< opened, with digests checked
    std::optional<TrainingRecord> record;  ///< nothing if the file holds only networks
};

/// A snapshot that cannot be used.
struct BadSnapshot {
    std::filesystem::path path;  ///< its file
    std::string reason;          ///< as the continuation of a sentence: "has no tensor ..."
};

/// Opens a snapshot and reads all of it: digests where the file has them, the training record, and whether all numbers
/// are finite.
/// @throws FileError, FormatError, ValueError that names the damaged part
[[nodiscard]] inline GoodSnapshot open_good_snapshot(const std::filesystem::path& path) {
    GoodSnapshot snapshot{Checkpoint(path), std::nullopt};
    (void)snapshot.checkpoint.verify();
    snapshot.record = training_record(snapshot.checkpoint);
    require_finite(snapshot.checkpoint.file(), "");
    return snapshot;
}

/// Opens the first of several snapshots that is good.
/// @param newest_first  their paths
/// @param bad           those before it are added here, with the reason
/// @return nothing if none is good
[[nodiscard]] inline std::optional<GoodSnapshot> first_good_snapshot(
    const std::vector<std::filesystem::path>& newest_first, std::vector<BadSnapshot>& bad) {
    for (const std::filesystem::path& path : newest_first) {
        try {
            return open_good_snapshot(path);
        } catch (const Error& error) {
            std::string reason = error.what();
            if (const std::string start = path.string() + ": "; reason.starts_with(start))
                reason = reason.substr(start.size());
            bad.push_back({path, std::move(reason)});
        }
    }
    return std::nullopt;
}

}  // namespace stylegan
