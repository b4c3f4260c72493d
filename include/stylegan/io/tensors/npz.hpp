// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/files/zip.hpp>
#include <stylegan/io/tensors/npy.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace stylegan {

/// The largest array of a .npz file that is read, in bytes: nine hundred projections at 1024x1024.
inline constexpr std::size_t largest_npz_array = std::size_t{1} << 25;

/// Reads one array of a .npz file, which is a zip archive of .npy files.
/// @param name  of the array: `w` is the entry w.npy
/// @throws FileError if the file cannot be read
/// @throws FormatError if it is not a zip archive, has no such array, or the array is too large or refused by
///         parse_npy()
template <class T = float>
[[nodiscard]] NpyArray<T> read_npz(const std::filesystem::path& path, const std::string& name) {
    const ZipFile file(path);
    const auto at = std::find(file.names().begin(), file.names().end(), name + ".npy");
    if (at == file.names().end()) {
        constexpr std::size_t most = 6;
        std::string names;
        for (std::size_t i = 0; i < std::min(most, file.names().size()); ++i)
            names += (i > 0 ? ", " : "") + file.names()[i].substr(0, 80);
        throw FormatError(text(path.string(), ": has no array ", name, ", but ", names.empty() ? "nothing" : names,
                               file.names().size() > most ? " ..." : ""));
    }
    const Bytes bytes = file.read(static_cast<std::size_t>(at - file.names().begin()), largest_npz_array + 1);
    if (bytes.size() > largest_npz_array)  // a few kilobytes can expand to gigabytes
        throw FormatError(text(path.string(), ": ", *at, ": expands to more than ", largest_npz_array, " bytes"));
    return parse_npy<T>(bytes, text(path.string(), ": ", *at));
}

/// Writes one row-major float32 array as a .npz file. @throws FileError if the file cannot be written
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
