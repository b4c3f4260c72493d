// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/compiled.hpp>
#include <stylegan/io/networks/network_file.hpp>
#include <stylegan/io/tensors/extra_tensors.hpp>

#include <filesystem>

namespace stylegan {

/// Opens a file of networks of any format that we know: safetensors, the official TensorFlow release's `.pkl`, and the
/// generators of two programs in PyTorch. What the format is, its content tells.
/// @param extra  what becomes of tensors that belong to no network. Those below the name of a network, where a format has
///               the official names, are told from its own when it is filled
/// @throws FileError, FormatError if it cannot be read or holds no network, ExtraTensorsError
[[nodiscard]] STYLEGAN_INLINE NetworkFile open_network_file(const std::filesystem::path& path,
                                                            ExtraTensors extra = ExtraTensors::refused);

}  // namespace stylegan

#ifndef STYLEGAN_COMPILED
#include <stylegan/io/networks/detail/open_network_file_inl.hpp>
#endif
