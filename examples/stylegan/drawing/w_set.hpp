// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drawing/w_file.hpp"

#include <stylegan/core/eigen.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace stylegan::examples {

/// The w of a set of pictures, one a row: from a .npy or .npz file as read_w(), or from all such files in a folder and its
/// subfolders, in the order of their names. w that differ between layers are averaged over `layers`.
/// @param flag  the option, for errors
/// @throws FileError also for a folder without such files; FormatError as read_w()
[[nodiscard]] Eigen::MatrixXd read_w_set(const std::string& flag, const std::filesystem::path& path,
                                         const Architecture& a, const std::string& network, WRows rows,
                                         const std::vector<int>& layers);

/// Labels 0 and 1 from a .npy file, or a .npz file with an array `labels` or one array alone.
/// @param flag  the option, for errors
/// @throws FileError; FormatError for other shapes or numbers
[[nodiscard]] std::vector<int> read_binary_labels(const std::string& flag, const std::filesystem::path& path);

}  // namespace stylegan::examples
