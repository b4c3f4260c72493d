// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/arrays.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace stylegan::examples {

/// Noise maps of all layers from a .npz file with arrays noise0, noise1 and so on: (pictures, 1, H, W) each.
/// @param network  for messages
/// @throws FileError; FormatError if the shapes do not fit, or a number is not finite
[[nodiscard]] Arrays<float, 4> read_noise(const std::filesystem::path& path, const Architecture& a,
                                          const std::string& network);

/// Writes such a file. @throws FileError
void write_noise(const std::filesystem::path& path, const std::vector<Array<float, 4>>& maps);

/// @throws FormatError if there are maps of fewer pictures; maps of one picture are those of all
void require_noise_of(const Arrays<float, 4>& maps, std::size_t pictures, const std::filesystem::path& path);

/// The maps of `count` pictures from picture `first` on, of which require_noise_of() found enough.
[[nodiscard]] Arrays<float, 4> noise_of(const Arrays<float, 4>& maps, std::size_t first, std::size_t count);

}  // namespace stylegan::examples
