// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/io/tensors/npy.hpp>

#include <filesystem>
#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace stylegan::examples {

/// The meaning of the rows of a matrix of w: one picture each, or the layers of one picture. `automatic`: as many rows
/// as the network has layers are layers; as many as a network of 128x128 to 1024x1024 has are not guessed.
enum class WRows { automatic, pictures, layers };

/// The w of pictures from a .npy or .npz file: (n, layers, w size), or (n, w size) for pictures with one w for all
/// layers. Files may have (n, layers, w size), (n, 1, w size), (w size), or a matrix whose rows are what `rows` says.
/// @param network  for messages
/// @throws FileError, FormatError if the shape does not fit, or fits in two ways, or a number is not finite
[[nodiscard]] NpyArray<float> read_w(const std::filesystem::path& path, const Architecture& a,
                                     const std::string& network, WRows rows);

/// --w-rows.
/// @param flag   the option whose files it is about, for --help
/// @param files  that option, if --w-rows works only with it
void add_w_rows(CLI::App& command, WRows& rows, const std::string& flag, CLI::Option* files = nullptr);

/// Latents z of pictures from a .npy or .npz file, (n, latent size); (latent size) is one.
[[nodiscard]] NpyArray<float> read_latents(const std::filesystem::path& path, const Architecture& a,
                                           const std::string& network);

}  // namespace stylegan::examples
