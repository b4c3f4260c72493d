// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace stylegan::examples {

/// Makes a folder, and those above it, unless it is there, and checks that files can be written into it: called when all
/// inputs are known to be good, before the long work begins.
/// @throws FileError
void make_output_folder(const std::filesystem::path& folder);

}  // namespace stylegan::examples
