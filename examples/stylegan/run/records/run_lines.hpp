// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/run_directory.hpp"

#include <string>
#include <utility>
#include <vector>

namespace stylegan::examples {

/// The files of a run to which lines are added: log.txt, stats.jsonl, metric-NAME.jsonl, and the events of TensorBoard.
/// Lines for which the disk has no room wait until it has.
class RunLines {
public:
    explicit RunLines(RunDirectory directory) : directory_(std::move(directory)) {}

    /// Prints a line and adds it to log.txt. @throws FileError unless the disk is full
    void log(const std::string& line);
    /// Adds a line to a file of the run. @throws FileError unless the disk is full
    void add(const std::string& name, const std::string& line) { add_bytes(name, line + '\n'); }
    /// The same for bytes that are no line of text.
    void add_bytes(const std::string& name, std::string bytes);

    /// Writes the lines that wait. @return whether none is left
    [[nodiscard]] bool flush();
    /// Why lines wait.
    [[nodiscard]] const std::string& reason() const { return reason_; }

    /// Waits until the lines of stats.jsonl are on the disk, so that they survive a power cut as a snapshot does.
    void synchronise_stats() const;

private:
    RunDirectory directory_;
    std::vector<std::pair<std::string, std::string>> waiting_;  // file name, bytes
    std::string reason_;
};

}  // namespace stylegan::examples
