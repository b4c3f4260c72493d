// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/datasets/file_collection.hpp>
#include <stylegan/io/files/digest.hpp>
#include <stylegan/io/files/read_file.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace stylegan {

/// The XXH3 of the names and bytes of some files of a collection, in this order. Packing a folder into a zip archive
/// does not change it.
/// @param numbers  which files
/// @param most     the longest file in bytes
/// @throws FileError or FormatError if a file cannot be read or is longer
[[nodiscard]] inline std::uint64_t content_digest(const FileCollection& files, std::span<const std::size_t> numbers,
                                                  std::uint64_t most) {
    Digest digest(DigestKind::xxh3);
    const auto add = [&](const void* data, std::size_t size) {
        const std::uint64_t length = size;  // or two files might be taken for one
        digest.add(&length, sizeof length);
        digest.add(data, size);
    };
    for (const std::size_t i : numbers) {
        const std::string& name = files.name(i);
        const Bytes bytes = files.read_whole(i, most);
        add(name.data(), name.size());
        add(bytes.data(), bytes.size());
    }
    return digest.value();
}

}  // namespace stylegan
