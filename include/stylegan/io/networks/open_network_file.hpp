// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/compiled.hpp>
#include <stylegan/io/networks/network_file.hpp>
#include <stylegan/io/tensors/extra_tensors.hpp>

#include <filesystem>

namespace stylegan {

/// Opens a file of networks: safetensors, a `.pkl` of the official TensorFlow release, or a generator of one of two
/// PyTorch programs. The format is detected from the content.
/// @param extra  what happens if there are tensors that belong to no network. Further tensors below "G/", "Gs/" or "D/"
///               are found when the network is loaded
/// @throws FileError if it cannot be read, FormatError if it has no network, ExtraTensorsError
[[nodiscard]] STYLEGAN_INLINE NetworkFile open_network_file(const std::filesystem::path& path,
                                                            ExtraTensors extra = ExtraTensors::refused);

}  // namespace stylegan

#ifndef STYLEGAN_COMPILED
#include <stylegan/io/networks/detail/open_network_file_inl.hpp>
#endif
