// SPDX-License-Identifier: Apache-2.0
#include "metrics/metric_curve.hpp"

#include "drawing/chart.hpp"
#include "printing/tables.hpp"

#include <algorithm>
#include <array>
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

/// An axis around these values, whose ends and middle are short numbers.
std::array<double, 2> axis_around(double least, double most) {
    const double range = std::max(most - least, 1e-3 * std::max(std::abs(most), 1e-6));
    for (double power = std::pow(10, std::floor(std::log10(range)) - 1);; power *= 10)
        for (const double digit : {1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0}) {
            const double step = digit * power, low = std::floor(least / step) * step;
            if (low + 2 * step >= most) return {low, low + 2 * step};
        }
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
    panel.x = axis_around(panel.line.front().x, panel.line.back().x);
    panel.y = axis_around(least, most);
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
