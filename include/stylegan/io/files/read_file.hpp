// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace stylegan {

/// The content of a file or of an entry of an archive.
using Bytes = std::vector<std::uint8_t>;

/// The system's message for an error number.
[[nodiscard]] inline std::string system_message(int error_number) {
    return std::generic_category().message(error_number);
}

/// The first `limit` bytes of a file, or the whole file if it is shorter.
/// @throws FileError if it cannot be opened or read
[[nodiscard]] inline Bytes read_file(const std::filesystem::path& path,
                                     std::size_t limit = std::numeric_limits<std::size_t>::max()) {
    struct Close {
        void operator()(std::FILE* f) const { std::fclose(f); }
    };
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        throw FileError(text(path.string(), ": is a folder, expected a file"));
    const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
    if (!file) throw FileError(text(path.string(), ": cannot be opened: ", system_message(errno)));

    Bytes bytes;
    std::size_t chunk = limit < 65536 ? limit : std::size_t{65536};
    while (bytes.size() < limit) {
        const std::size_t before = bytes.size(), want = chunk < limit - before ? chunk : limit - before;
        bytes.resize(before + want);
        const std::size_t got = std::fread(bytes.data() + before, 1, want, file.get());
        bytes.resize(before + got);
        if (got < want) break;
        chunk *= 2;
    }
    if (std::ferror(file.get()) != 0) throw FileError(text(path.string(), ": cannot be read: ", system_message(errno)));
    return bytes;
}

}  // namespace stylegan
