// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drawing/drawing.hpp"

#include <stylegan/metrics/path_length.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace stylegan::examples {

/// A video of loops through seeds.
struct LoopVideoOptions {
    std::filesystem::path file;
    std::array<int, 2> grid{1, 1};  ///< columns, rows: a loop in each cell
    std::size_t steps = 120;        ///< pictures from one seed to the next
    int per_second = 60;            ///< pictures a second
    int scale = 1;                  ///< every pixel becomes a square of this side
    PathSpace space = PathSpace::w;
    Noise noise = Noise::constant;
};

/// Draws a video picture by picture. The seeds are spread over the cells of the grid, row by row: a cell gets the first,
/// the second and so on of each set of as many seeds as there are cells.
/// @return a summary
/// @throws ValueError unless every cell has the same number of seeds, at least two; FileError
std::string write_loop_video(const LoopVideoOptions& o, const Drawing& drawing,
                             const std::vector<std::uint32_t>& seeds);

}  // namespace stylegan::examples
