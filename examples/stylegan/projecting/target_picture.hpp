// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/io/pictures/image.hpp>
#include <stylegan/io/pictures/picture.hpp>

#include <filesystem>
#include <string>

namespace stylegan::examples {

/// A file's picture as a network's pictures are: cropped to its middle, resized, with their channels. Where the network
/// has no alpha channel, the picture must be opaque and loses its own.
/// @param size      of the network's pictures
/// @param channels  of the network's pictures
/// @throws FileError, FormatError
[[nodiscard]] Image target_picture(const std::filesystem::path& path, Size size, int channels,
                                   const PictureLimits& limits);
/// The same of the bytes of a file. @param where  the start of messages
[[nodiscard]] Image target_picture(const Bytes& file, const std::string& where, Size size, int channels,
                                   const PictureLimits& limits);

}  // namespace stylegan::examples
