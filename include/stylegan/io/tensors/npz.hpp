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

/// The largest entry of a .npz file that is read, in bytes: nine hundred projections at 1024x1024.
inline constexpr std::size_t largest_npz_array = std::size_t{1} << 25;

/// Reads one array of a .npz file, a zip archive of .npy files: numbers as parse_npy() reads them.
/// @param name  of the array: `w` is the entry w.npy
/// @throws FileError if the file cannot be read
/// @throws FormatError if it is no zip archive, has no such array, or one that is too large or of another kind of numbers
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
    if (bytes.size() > largest_npz_array)  // some kilobytes may expand to gigabytes
        throw FormatError(text(path.string(), ": ", *at, ": expands to more than ", largest_npz_array, " bytes"));
    return parse_npy<T>(bytes, text(path.string(), ": ", *at));
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
