// SPDX-License-Identifier: Apache-2.0
#include "metrics/metric_curve.hpp"

#include "drawing/chart.hpp"
#include "printing/tables.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <optional>

namespace stylegan::examples {
namespace {

/// A number of a line and its standard error; both may be missing.
struct Estimate {
    std::optional<double> value{}, error{};
};

std::optional<double> number_of(const nlohmann::json& json, const std::string& name) {
    if (!json.is_object() || !json.contains(name) || !json[name].is_number()) return std::nullopt;
    const auto v = json[name].get<double>();
    return std::isfinite(v) ? std::optional(v) : std::nullopt;
}

/// Lines of path lengths have one standard error, the others one for each number.
Estimate estimate_of(const nlohmann::json& line, const std::string& name) {
    Estimate e;
    if (line.contains("results")) e.value = number_of(line["results"], name);
    if (line.contains("standard_error"))
        e.error = line["standard_error"].is_object() ? number_of(line["standard_error"], name)
                                                     : number_of(line, "standard_error");
    return e;
}

/// The names of all numbers of a curve, in the order of the last line.
std::vector<std::string> names_of(const MetricCurve& curve) {
    std::vector<std::string> names;
    for (const CurvePoint& p : curve.points) {
        if (!p.line.contains("results") || !p.line["results"].is_object()) continue;
        for (const auto& [name, value] : p.line["results"].items())
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    return names;
}

std::string words(const Estimate& e) {
    if (!e.value) return "-";
    return text_of_number(*e.value, 5) + (e.error ? " +- " + text_of_number(*e.error, 2) : std::string());
}

std::string padded(const std::string& s, std::size_t width) {
    return std::string(width > s.size() ? width - s.size() : 0, ' ') + s;
}

ChartPanel panel_of(const MetricCurve& curve, const std::string& name) {
    ChartPanel panel;
    panel.title = name;
    panel.x_label = "kimg (thousands of pictures seen)";
    double least = std::numeric_limits<double>::infinity(), most = -least;
    for (const CurvePoint& p : curve.points) {
        const Estimate e = estimate_of(p.line, name);
        if (!e.value) continue;
        const double error = e.error.value_or(0);
        panel.line.push_back({p.kimg, *e.value});
        panel.errors.push_back(error);
        least = std::min(least, *e.value - error);
        most = std::max(most, *e.value + error);
    }
    if (panel.line.empty()) return panel;
    const double from = panel.line.front().x, to = panel.line.back().x;
    const double side = to > from ? 0.04 * (to - from) : std::max(1.0, 0.1 * from);
    const double room = most > least ? 0.08 * (most - least) : std::max(1e-6, 0.1 * std::abs(most));
    panel.x = {std::max(0.0, from - side), to + side};
    panel.y = {least - room, most + room};
    return panel;
}

}  // namespace

std::string table_of(const MetricCurve& curve) {
    const std::vector<std::string> names = names_of(curve);
    std::vector<std::size_t> widths;
    for (const std::string& name : names) {
        std::size_t width = name.size();
        for (const CurvePoint& p : curve.points) width = std::max(width, words(estimate_of(p.line, name)).size());
        widths.push_back(width);
    }
    std::string table = padded("kimg", 10);
    for (std::size_t k = 0; k < names.size(); ++k) table += "  " + padded(names[k], widths[k]);
    table += '\n';
    for (const CurvePoint& p : curve.points) {
        table += padded(text_of_number(p.kimg, 9), 10);
        for (std::size_t k = 0; k < names.size(); ++k)
            table += "  " + padded(words(estimate_of(p.line, names[k])), widths[k]);
        table += '\n';
    }
    return table;
}

void draw_curve(const std::filesystem::path& path, const MetricCurve& curve) {
    std::vector<ChartPanel> panels;
    for (const std::string& name : names_of(curve)) panels.push_back(panel_of(curve, name));
    if (!panels.empty()) write_chart(path, panels);
}

}  // namespace stylegan::examples
