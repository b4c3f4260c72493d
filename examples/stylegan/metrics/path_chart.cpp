// SPDX-License-Identifier: Apache-2.0
#include "metrics/path_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace stylegan::examples {
namespace {

ChartPanel histogram_panel(const MetricResult& r) {
    const PathEstimate& e = r.length.estimate;
    const auto bins = static_cast<std::size_t>(std::clamp(std::sqrt(static_cast<double>(e.samples)), 8.0, 60.0));
    const PathHistogram h = histogram_of(r.length.distances, e.rejection, bins);
    ChartPanel p;
    char value[64], error[64] = "", samples[64];
    std::snprintf(value, sizeof value, " %.5g", e.mean);
    if (e.standard_error) std::snprintf(error, sizeof error, " \xc2\xb1 %.3g", *e.standard_error);
    std::snprintf(samples, sizeof samples, " (%zu samples, %zu rejected)", e.samples, e.rejected);
    p.title = r.name + value + error + samples;
    p.x_label = "samples by distance / epsilon\xc2\xb2, " + r.features + " features";
    p.x = {h.lowest, h.highest};
    for (const std::size_t n : h.counts) p.bars.push_back(static_cast<double>(n));
    p.y = {0, std::max(1.0, *std::max_element(p.bars.begin(), p.bars.end()))};
    p.mark = e.mean;
    return p;
}

ChartPanel running_panel(const MetricResult& r) {
    const std::vector<double>& all = r.length.distances;
    constexpr std::size_t most_points = 80;
    ChartPanel p;
    p.title = "running mean and 95 % band";
    p.x_label = "samples";
    p.x = {0, static_cast<double>(all.size())};
    p.mark = r.length.estimate.mean;
    std::vector<ChartPoint> upper, lower;
    double least = *p.mark, most = *p.mark;
    for (std::size_t k = 1; k <= most_points; ++k) {
        const std::size_t n = all.size() * k / most_points;
        if (n < 1) continue;
        const PathEstimate e = glance_at_path_length({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n)});
        const double x = static_cast<double>(n);
        p.line.push_back({x, e.mean});
        if (!e.interval) continue;
        const auto [low, high] = *e.interval;
        upper.push_back({x, high});
        lower.push_back({x, low});
        if (k <= most_points / 2) continue;  // the first intervals are so wide that the rest would look flat
        least = std::min(least, low);
        most = std::max(most, high);
    }
    const double room = most > least ? 0.1 * (most - least) : std::max(std::abs(most) * 0.1, 1e-6);
    p.y = {least - room, most + room};
    p.band = upper;
    p.band.insert(p.band.end(), lower.rbegin(), lower.rend());
    return p;
}

}  // namespace

std::vector<ChartPanel> path_chart(const MetricResult& r) { return {histogram_panel(r), running_panel(r)}; }

}  // namespace stylegan::examples
