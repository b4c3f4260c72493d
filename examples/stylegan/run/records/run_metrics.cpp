// SPDX-License-Identifier: Apache-2.0
#include "run/records/run_metrics.hpp"

#include "metrics/distribution_metrics.hpp"
#include "run/records/json_lines.hpp"
#include "run/snapshot_name.hpp"
#include "run/train_settings.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <system_error>
#include <utility>

namespace stylegan::examples {
namespace {

namespace fs = std::filesystem;

/// Calls f(snapshot, line) for the good lines.
template <class F>
void for_each_line(const fs::path& folder, const std::string& metric, const LineFilter& good, F f) {
    std::istringstream lines(lines_of(folder / text("metric-", metric, ".jsonl")));
    for (std::string line; std::getline(lines, line);) {
        nlohmann::json json = object_of(line);
        if (!json.is_object()) continue;
        const auto snapshot = json.find("snapshot_pkl");
        if (snapshot == json.end() || !snapshot->is_string() || !good(json)) continue;
        const auto of = snapshot->get<std::string>();
        f(of, std::move(json));
    }
}

}  // namespace

bool has_line(const fs::path& folder, const std::string& metric, const std::string& snapshot, const LineFilter& good) {
    bool found = false;
    for_each_line(folder, metric, good,
                  [&](const std::string& of, const nlohmann::json&) { found = found || of == snapshot; });
    return found;
}

MetricCurve curve_of(const fs::path& folder, const std::string& metric, const std::vector<RunSnapshot>& snapshots,
                     const LineFilter& good) {
    std::map<std::string, CurvePoint> last;
    for_each_line(folder, metric, good, [&](const std::string& of, nlohmann::json json) {
        const auto name = parse_snapshot_name(of);
        if (!name) return;  // of another network in this folder
        last[of] = {static_cast<double>(name->kimg) + name->rest.value_or(0) / 1000.0, std::move(json)};
    });
    for (const RunSnapshot& s : snapshots)  // their names have only the thousands
        if (const auto found = last.find(s.path.filename().string()); found != last.end())
            found->second.kimg = static_cast<double>(s.pictures) / 1000;
    MetricCurve curve{metric, {}};
    for (auto& [name, point] : last) curve.points.push_back(std::move(point));
    std::stable_sort(curve.points.begin(), curve.points.end(),
                     [](const CurvePoint& a, const CurvePoint& b) { return a.kimg < b.kimg; });
    return curve;
}

fs::path data_of_run(const RunDirectory& directory, const std::vector<std::string>& metrics) {
    const bool needed = std::any_of(metrics.begin(), metrics.end(), [](const std::string& name) {
        return parse_distribution_metric(name).has_value();
    });
    if (!needed) return {};
    const fs::path data = read_train_settings(directory.options()).data;
    std::error_code ignored;
    if (!fs::exists(data, ignored))
        throw FileError(text("--run ", directory.path().string(), ": was trained on ", data.string(),
                             ", which is not there, expected --data with its new place"));
    return data;
}

}  // namespace stylegan::examples
