// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/regular_file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <vector>

namespace stylegan {

/// The content of a file or of an entry of an archive.
using Bytes = std::vector<std::uint8_t>;

/// The first `limit` bytes of a file, or the whole file if it is shorter.
/// @throws FileError if it cannot be opened or read, or is not a regular file
[[nodiscard]] inline Bytes read_file(const std::filesystem::path& path,
                                     std::size_t limit = std::numeric_limits<std::size_t>::max()) {
    const RegularFile file(path);
    Bytes bytes(static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), limit)));
    file.read(0, bytes.data(), bytes.size());
    return bytes;
}

/// The whole file, which must not be longer than `most` bytes.
/// @throws FileError as read_file(), FormatError if it is longer
[[nodiscard]] inline Bytes read_whole_file(const std::filesystem::path& path, std::uint64_t most) {
    const RegularFile file(path);
    if (file.size() > most)
        throw FormatError(text(path.string(), ": is ", file.size(), " bytes long, expected at most ", most));
    Bytes bytes(static_cast<std::size_t>(file.size()));
    file.read(0, bytes.data(), bytes.size());
    return bytes;
}

}  // namespace stylegan
