// SPDX-License-Identifier: Apache-2.0
#include "options/output_folder.hpp"

#include <stylegan/core/error.hpp>

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace stylegan::examples {

namespace {

void require_writable(const std::string& flag, const std::filesystem::path& folder, const std::string& advice = {}) {
    std::error_code error;
    if (std::filesystem::exists(folder, error) && !std::filesystem::is_directory(folder, error))
        throw FileError(text(flag, ' ', folder.string(), ": is a file, expected a folder"));
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        throw FileError(text(flag, ' ', folder.string(),
                             ": cannot be written into: ", std::generic_category().message(errno), advice));
}

}  // namespace

void make_output_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) throw FileError(text("--outdir ", folder.string(), ": cannot be created: ", error.message()));
    require_writable("--outdir", folder);
}

void require_folder_of(const std::string& flag, const std::filesystem::path& file, const std::string& advice) {
    require_writable(flag, file.has_parent_path() ? file.parent_path() : ".", advice);
}

void append_line(const std::filesystem::path& file, const std::string& line) {
    std::FILE* const out = std::fopen(file.c_str(), "ab");
    bool good = out != nullptr && std::fputs((line + '\n').c_str(), out) >= 0;
    int error = errno;
    if (out != nullptr && std::fclose(out) != 0 && good) {
        good = false;
        error = errno;
    }
    if (!good) throw FileError(text(file.string(), ": cannot be written: ", std::generic_category().message(error)));
}

}  // namespace stylegan::examples
