// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/mapped_file.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <span>

namespace stylegan::detail {

enum class FileFormat { safetensors, pickle, torch };

/// By what a file begins with. What is none of the others is taken for safetensors, whose reader says what is wrong.
inline FileFormat file_format(const std::filesystem::path& path) {
    constexpr std::uint8_t torch_magic[] = {0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20};
    const MappedFile file(path);
    const std::span<const std::uint8_t> start = file.bytes();
    if (start.size() >= 4 && start[0] == 'P' && start[1] == 'K') return FileFormat::torch;
    if (start.size() >= 10 && start[0] == 0x80 &&
        std::equal(std::begin(torch_magic), std::end(torch_magic), start.begin() + 2))
        return FileFormat::torch;
    const bool header = start.size() > 8 && start[7] == 0 && start[8] == '{';
    if (!header && start.size() >= 2 && start[0] == 0x80 && start[1] <= 5) return FileFormat::pickle;
    if (!header && start.size() >= 2 && start[0] == '(' && (start[1] == 'i' || start[1] == 'c'))
        return FileFormat::pickle;
    return FileFormat::safetensors;
}

}  // namespace stylegan::detail
