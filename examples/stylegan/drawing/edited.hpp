// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drawing/drawing.hpp"

#include <stylegan/core/eigen.hpp>

#include <string>
#include <vector>

namespace stylegan::examples {

/// w of one picture, moved by each of some strengths: (strengths, layers, w_size).
/// @param w     (1, layers, w_size)
/// @param step  of strength 1, (w_size)
[[nodiscard]] Drawing::Styles edited(const Drawing::Styles& w, const Eigen::VectorXd& step,
                                     const std::vector<double>& strengths, const std::vector<int>& layers);

/// Pictures of w that is truncated already.
[[nodiscard]] std::vector<Image> pictures_of_truncated(const Drawing& drawing, const Drawing::Styles& w,
                                                       const std::function<void(std::size_t)>& done);

/// "-2", "0", "0.5": the shortest text of a number.
[[nodiscard]] std::string number_text(double number);

/// @throws ValueError unless the network has styles, which edits move
void require_styles(const Drawing& drawing, const std::filesystem::path& network);

}  // namespace stylegan::examples
