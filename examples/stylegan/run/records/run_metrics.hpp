// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metrics/metric_curve.hpp"
#include "run/run_directory.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace stylegan::examples {

/// Whether a line of metric-NAME.jsonl was measured with the settings of now.
using LineFilter = std::function<bool(const nlohmann::json& line)>;

/// Whether metric-NAME.jsonl of a folder has such a line for a snapshot.
/// @throws FileError if the file cannot be read
[[nodiscard]] bool has_line(const std::filesystem::path& folder, const std::string& metric, const std::string& snapshot,
                            const LineFilter& good);

/// The lines of metric-NAME.jsonl in the order of their snapshots, the last one of each. Those of snapshots that were
/// removed stay part of the curve.
/// @param snapshots  of the run
/// @throws FileError if the file cannot be read
[[nodiscard]] MetricCurve curve_of(const std::filesystem::path& folder, const std::string& metric,
                                   const std::vector<RunSnapshot>& snapshots, const LineFilter& good);

/// The data set that a run was trained on; empty if none of the metrics needs one.
/// @throws FileError, FormatError if its training_options.json cannot be read
[[nodiscard]] std::filesystem::path data_of_run(const RunDirectory& directory, const std::vector<std::string>& metrics);

}  // namespace stylegan::examples
