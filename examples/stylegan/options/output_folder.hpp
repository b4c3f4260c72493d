// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace stylegan::examples {

/// Makes a folder, and those above it, unless it is there, and checks that files can be written into it: called when all
/// inputs are known to be good, before the long work begins.
/// @throws FileError
void make_output_folder(const std::filesystem::path& folder);

/// The same check for a file that is written after the long work, into a folder that must be there.
/// @param flag  that names the file
/// @throws FileError
void require_folder_of(const std::string& flag, const std::filesystem::path& file);

/// Adds a line to a text file, which is made if need be.
/// @throws FileError, for example if the disk is full
void append_line(const std::filesystem::path& file, const std::string& line);

}  // namespace stylegan::examples
