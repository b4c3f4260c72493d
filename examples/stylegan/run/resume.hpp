// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/run_directory.hpp"
#include "run/run_lock.hpp"
#include "run/train_settings.hpp"

#include <stylegan/training/good_snapshot.hpp>
#include <stylegan/training/transfer.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace stylegan::examples {

/// What --resume names, opened.
struct Resumed {
    std::optional<TrainStart> start;             ///< nothing for a new run
    std::optional<Checkpoint> checkpoint;        ///< nothing if the run starts over
    std::vector<std::filesystem::path> damaged;  ///< newer snapshots that cannot be used
    std::vector<std::string> notes;              ///< lines for the log
    std::optional<Transfer> transfer;            ///< what networks of another architecture gave, once known
    std::optional<RunLock> lock;                 ///< of a run that continues in its folder
};

/// Opens the run or snapshot that --resume names. A snapshot is read whole; of a run folder it is the newest that is
/// good. Takes the run's lock and removes partial files, unless the run is only planned.
/// @throws FileError, FormatError, ValueError if there is no snapshot that is good, or another process trains the run
void open_resumed(const TrainFlags& flags, Resumed& resumed);

/// What to add to an error message that begins with the path of a damaged snapshot: the newest good one before it.
/// @return nothing for any other message
[[nodiscard]] std::string advice_on_damaged_snapshot(const std::string& message);

/// Removes from stats.jsonl and metric-*.jsonl the lines of later ticks and snapshots than that which a run resumes,
/// and a line that is cut off, so that the resumed run adds each line once.
/// @param tick      the last tick of the snapshot
/// @param snapshot  the snapshot; empty if the run starts over
/// @throws FileError; files are replaced as a whole or not at all
void remove_later_lines(const RunDirectory& directory, std::uint64_t tick, const std::filesystem::path& snapshot);

/// Ends a last line of log.txt that is cut off. @throws FileError
void end_last_line(const RunDirectory& directory);

/// Whether metric-NAME.jsonl has a line for a snapshot.
[[nodiscard]] bool has_metric(const RunDirectory& directory, const std::string& name, const std::string& snapshot);

}  // namespace stylegan::examples
