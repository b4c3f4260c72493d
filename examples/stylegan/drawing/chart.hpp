// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

namespace stylegan::examples {

/// Two numbers on a chart.
struct ChartPoint {
    double x = 0, y = 0;
};

/// Axes with bars, a band and a line on them; what is empty is not drawn.
struct ChartPanel {
    std::string title, x_label;
    std::array<double, 2> x{0, 1}, y{0, 1};  ///< ranges of the axes
    std::vector<double> bars{};              ///< heights, side by side over the whole range of x
    std::vector<ChartPoint> line{};
    std::vector<ChartPoint> band{};  ///< the upper border from left to right, then the lower one back
    double mark = 0;                 ///< a vertical (bars) or horizontal (line) rule at this value
};

/// Writes panels side by side, as .svg or as .png by the ending of the name.
/// @throws ValueError for another ending, FileError if the file cannot be written
void write_chart(const std::filesystem::path& path, const std::vector<ChartPanel>& panels);

/// @throws ValueError unless the name ends in .svg or .png
void require_chart_name(const std::filesystem::path& path);

}  // namespace stylegan::examples
