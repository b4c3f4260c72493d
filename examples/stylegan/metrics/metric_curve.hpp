// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace stylegan::examples {

/// The numbers of one snapshot.
struct CurvePoint {
    double kimg = 0;      ///< thousands of pictures seen
    nlohmann::json line;  ///< of metric-NAME.jsonl
};

/// A metric over the snapshots of a run, in the order of their pictures.
struct MetricCurve {
    std::string name;
    std::vector<CurvePoint> points;
};

/// A table: kimg, and value +- standard error for each number of the metric.
[[nodiscard]] std::string table_of(const MetricCurve& curve);

/// Draws value and standard error over kimg, one panel for each number of the metric. @see write_chart
void draw_curve(const std::filesystem::path& path, const MetricCurve& curve);

}  // namespace stylegan::examples
