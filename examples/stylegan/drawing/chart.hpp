// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace stylegan::examples {

/// A point in the coordinates of a panel.
struct ChartPoint {
    double x = 0, y = 0;
};

/// Axes with bars, a band and a line, whose points may have errors; empty ones are not drawn.
struct ChartPanel {
    std::string title, x_label;
    std::array<double, 2> x{0, 1}, y{0, 1};  ///< ranges of the axes
    std::vector<double> bars{};              ///< heights, side by side over the range of x
    std::vector<ChartPoint> line{};
    std::vector<ChartPoint> band{};  ///< the upper border from left to right, then the lower one from right to left
    std::vector<double> errors{};    ///< of the points of the line, drawn up and down from them; may be empty
    std::optional<double> mark{};    ///< position of a vertical (bars) or horizontal (line) rule
};

/// Writes panels side by side to a .svg or .png file.
/// @throws ValueError for another ending, FileError if the file cannot be written
void write_chart(const std::filesystem::path& path, const std::vector<ChartPanel>& panels);

/// @throws ValueError unless the name ends in .svg or .png
void require_chart_name(const std::filesystem::path& path);

}  // namespace stylegan::examples
