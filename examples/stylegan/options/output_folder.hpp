// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace stylegan::examples {

/// Makes a folder and its parents, and checks that files can be written into it. Call it when all inputs are known to
/// be good, before the long work begins. Removes the partial files that a program left there when it was killed.
/// @throws FileError
void make_output_folder(const std::filesystem::path& folder);

/// The same check for the folder of a file, which must exist.
/// @param flag    the option that names the file, for errors
/// @param advice  ends the message
/// @throws FileError
void require_folder_of(const std::string& flag, const std::filesystem::path& file, const std::string& advice = {});

/// Adds a line to a text file, the whole line or nothing; makes the file if there is none.
/// @throws FileError, DiskFullError
void append_line(const std::filesystem::path& file, const std::string& line);
/// Adds bytes to a file, all of them or none; makes the file if there is none.
/// @throws FileError, DiskFullError
void append_bytes(const std::filesystem::path& file, const std::string& bytes);

}  // namespace stylegan::examples
