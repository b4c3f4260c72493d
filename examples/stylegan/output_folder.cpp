// SPDX-License-Identifier: Apache-2.0
#include "output_folder.hpp"

#include <stylegan/core/error.hpp>

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace stylegan::examples {

void make_output_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) throw FileError(text("--outdir ", folder.string(), ": cannot be created: ", error.message()));
    if (!std::filesystem::is_directory(folder, error))
        throw FileError(text("--outdir ", folder.string(), ": is a file, expected a folder"));
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        throw FileError(
            text("--outdir ", folder.string(), ": cannot be written into: ", std::generic_category().message(errno)));
}

}  // namespace stylegan::examples
