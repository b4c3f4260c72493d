// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/records/run_lines.hpp"

#include <stylegan/io/pictures/image.hpp>
#include <stylegan/io/tensorboard/tensorboard_event.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace stylegan::examples {

/// The event file of --tensorboard in a run folder: statistics, metrics and pictures, for TensorBoard. A step is the
/// number of pictures that the networks have seen. Without --tensorboard nothing is written.
class RunEvents {
public:
    RunEvents(RunLines& lines, bool wanted) : lines_(lines), wanted_(wanted) {}

    /// Starts a new file, which comes after those that are in the folder. No other call may come before it.
    /// @param first  events of earlier files at this step and beyond no longer count
    /// @throws FileError unless the disk is full; so do all functions
    void start(const RunDirectory& directory, std::uint64_t first);

    /// The means of a line of stats.jsonl, under its names.
    void add_statistics(std::uint64_t pictures, const nlohmann::ordered_json& line);
    /// The results of a line of metric-NAME.jsonl, as "Metrics/NAME".
    void add_metric(std::uint64_t pictures, const nlohmann::ordered_json& line);
    /// A sheet of generated pictures.
    void add_fakes(std::uint64_t pictures, const Image& sheet);

private:
    void add(const TensorboardEvent& event) { lines_.add_bytes(file_, event.record()); }

    RunLines& lines_;
    bool wanted_;
    std::string file_;  // its name
};

}  // namespace stylegan::examples
