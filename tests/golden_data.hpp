// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace golden {

/// The folder of golden tensors: the environment's STYLEGAN_GOLDEN_DIR, else the build's, else the full set beside the
/// sources where it is there, else the choice that comes with the sources.
/// @throws std::runtime_error if a folder was named and does not exist
inline std::filesystem::path folder() {
    namespace fs = std::filesystem;
    const char* named = std::getenv("STYLEGAN_GOLDEN_DIR");
    if (named == nullptr || *named == '\0') named = STYLEGAN_GOLDEN_DIR;
    if (*named != '\0') {
        if (!fs::is_directory(named))
            throw std::runtime_error(std::string("STYLEGAN_GOLDEN_DIR is ") + named +
                                     ", expected a folder that exists");
        return named;
    }
    const fs::path full = fs::path(STYLEGAN_SOURCE_DIR).parent_path() / "shared" / "golden";
    return fs::is_directory(full) ? full : fs::path(STYLEGAN_SOURCE_DIR) / "tests" / "golden" / "data";
}

}  // namespace golden
