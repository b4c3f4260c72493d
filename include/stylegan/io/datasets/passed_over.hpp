// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/datasets/file_names.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace stylegan {

/// A file of a folder or archive that is no part of a data set, and why: ".DS_Store", "hidden".
struct PassedOver {
    std::string name;    ///< within the folder or archive; of a folder it ends with '/'
    std::string reason;  ///< in a few words
};

/// Their number and the first names: "5 files: .DS_Store (hidden), notes.txt (not a picture), x (hidden) and 2 more".
[[nodiscard]] inline std::string summary(std::span<const PassedOver> files) {
    constexpr std::size_t most = 3;
    std::string list = text(files.size(), files.size() == 1 ? " file" : " files");
    for (std::size_t i = 0; i < files.size() && i < most; ++i)
        list += text(i == 0 ? ": " : ", ", shortened_path(files[i].name), " (", files[i].reason, ')');
    return files.size() > most ? text(list, " and ", files.size() - most, " more") : list;
}

}  // namespace stylegan
