// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/foreign_file.hpp>
#include <stylegan/io/files/read_file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <span>
#include <system_error>

namespace stylegan::detail {

enum class FileFormat { safetensors, pickle, torch };

/// Whether bytes are the start of a pickle of protocol 0 or 1. These have no magic number; they begin with an object,
/// and so with the name of its module, or with a tuple of objects and None.
inline bool begins_old_pickle(std::span<const std::uint8_t> start) {
    std::size_t at = 0;
    while (at < start.size() && at < 3 && (start[at] == '(' || start[at] == 'N')) ++at;
    if (at >= start.size() || (start[at] != 'c' && start[at] != 'i')) return false;
    for (std::size_t i = at + 1; i < start.size() && i < at + 100; ++i) {
        const std::uint8_t c = start[i];
        if (c == '\n') return i > at + 1;
        if (c != '_' && c != '.' && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9'))
            return false;
    }
    return false;
}

/// @throws FileError if a path is an address of the web and there is no such file
inline void refuse_address(const std::filesystem::path& path) {
    std::error_code ignored;
    if (foreign_pointer(path.string()) && !std::filesystem::exists(path, ignored))
        throw FileError(text(path.string(),
                             ": is an address, expected a file: nothing is downloaded here; get the file first "
                             "(curl -L -o FILE ADDRESS)"));
}

/// The format of a file, detected from its first bytes.
/// @throws FileError if it cannot be read, FormatError if its format is unknown
inline FileFormat file_format(const std::filesystem::path& path) {
    constexpr std::uint8_t torch_magic[] = {0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20};
    constexpr const char* expected = "expected a safetensors file, a pickle of the official release or a PyTorch file";
    refuse_address(path);
    const Bytes start = read_file(path, std::size_t{1} << 16);
    if (start.size() >= 4 && start[0] == 'P' && start[1] == 'K') return FileFormat::torch;
    if (start.size() >= 10 && start[0] == 0x80 &&
        std::equal(std::begin(torch_magic), std::end(torch_magic), start.begin() + 2))
        return FileFormat::torch;
    const bool header = start.size() > 8 && start[7] == 0 && start[8] == '{';
    if (!header && start.size() >= 2 && start[0] == 0x80 && start[1] <= 5) return FileFormat::pickle;
    if (!header && begins_old_pickle(start)) return FileFormat::pickle;
    if (!header) {
        if (const auto what = foreign_file(start)) throw FormatError(text(path.string(), ": ", *what, "; ", expected));
        if (start.size() > 8) throw FormatError(text(path.string(), ": has an unknown format, ", expected));
    }
    return FileFormat::safetensors;  // its reader reports what is wrong with a shorter file
}

}  // namespace stylegan::detail
