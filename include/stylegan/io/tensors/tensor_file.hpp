// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/compiled.hpp>
#include <stylegan/io/tensors/named_tensors.hpp>

#include <filesystem>

namespace stylegan {

/// Reads the named tensors of a file, for any kind of network. The format is detected from the content: safetensors,
/// both formats of PyTorch, and pickled networks of the official release, such as vgg16_zhang_perceptual.pkl. Nothing
/// in a file is executed.
/// @throws FileError if it cannot be opened
/// @throws FormatError with the place, if it is cut off or damaged, or would build anything but tensors and plain
///         values
[[nodiscard]] STYLEGAN_INLINE NamedTensors read_tensor_file(const std::filesystem::path& path);

}  // namespace stylegan

#ifndef STYLEGAN_COMPILED
#include <stylegan/io/tensors/detail/tensor_file_inl.hpp>
#endif
