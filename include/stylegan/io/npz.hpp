// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/npy.hpp>
#include <stylegan/io/zip.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace stylegan {

/// Reads one array of a .npz file, a zip archive of .npy files: numbers as parse_npy() reads them.
/// @param name  of the array: `w` is the entry w.npy
/// @throws FileError if the file cannot be read
/// @throws FormatError if it is no zip archive, has no such array, or holds another kind of numbers
template <class T = float>
[[nodiscard]] NpyArray<T> read_npz(const std::filesystem::path& path, const std::string& name) {
    const ZipFile file(path);
    const auto at = std::find(file.names().begin(), file.names().end(), name + ".npy");
    if (at == file.names().end()) {
        std::string names;
        for (const std::string& n : file.names()) names += (names.empty() ? "" : ", ") + n;
        throw FormatError(text(path.string(), ": has no array ", name, ", but ", names.empty() ? "nothing" : names));
    }
    return parse_npy<T>(file.read(static_cast<std::size_t>(at - file.names().begin())), text(path.string(), ": ", *at));
}

/// Writes one float32 array, row-major, as a .npz file. @throws FileError if the file cannot be written
inline void write_npz(const std::filesystem::path& path, const std::string& name, const std::vector<Index>& shape,
                      const std::vector<float>& values) {
    std::string content = npy_head(shape);
    content.append(reinterpret_cast<const char*>(values.data()),
                   values.size() * sizeof(float));  // NOLINT: numbers as bytes
    ZipWriter file(path);
    file.add(name + ".npy", content);
    file.commit();
}

}  // namespace stylegan
