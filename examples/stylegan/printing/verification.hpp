// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace stylegan::examples {

/// Reads a whole file of networks, tensors or arrays, and compares its bytes with the digests that it has.
/// @return one line: which digests agree, or that the file has none
/// @throws FormatError naming what is damaged; FileError if it cannot be read
[[nodiscard]] std::string verification_of(const std::filesystem::path& path);

}  // namespace stylegan::examples
