// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <system_error>

namespace stylegan {

/// Whether two paths lead to one file or folder: by another spelling, a link, or a second name of the same file.
[[nodiscard]] inline bool same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
    std::error_code error;
    if (std::filesystem::equivalent(a, b, error)) return true;
    const auto resolved = [&](const std::filesystem::path& path) {
        const auto without_links = std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
        return without_links.has_filename() ? without_links : without_links.parent_path();  // "out/" is "out"
    };
    return resolved(a) == resolved(b);
}

/// Whether a path, which need not exist, leads into a folder or one of its subfolders.
[[nodiscard]] inline bool is_inside(const std::filesystem::path& path, const std::filesystem::path& folder) {
    std::error_code error;
    auto at = std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
    if (!at.has_filename()) at = at.parent_path();
    while (at.has_relative_path()) {
        at = at.parent_path();
        if (std::filesystem::equivalent(at, folder, error)) return true;
    }
    return false;
}

}  // namespace stylegan
