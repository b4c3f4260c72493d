// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/shortened.hpp>
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

/// Which array of a .npz file to read, if it does not have the one of the given name.
enum class OtherArray { none, the_only_one };

/// Reads one array of a .npz file, which is a zip archive of .npy files.
/// @param name   of the array: `w` is the entry w.npy
/// @param other  whether a file without that array, but with one array alone, is read: programs call w `dlatents`, `ws`,
///               `arr_0`
/// @throws FileError if the file cannot be read
/// @throws FormatError if it is not a zip archive, has no such array, or the array is too large or refused by
///         parse_npy()
template <class T = float>
[[nodiscard]] NpyArray<T> read_npz(const std::filesystem::path& path, const std::string& name,
                                   OtherArray other = OtherArray::none) {
    const ZipFile file(path);
    auto at = std::find(file.names().begin(), file.names().end(), name + ".npy");
    if (other == OtherArray::the_only_one && at == file.names().end() && file.names().size() == 1)
        at = file.names().begin();
    if (at == file.names().end()) {
        constexpr std::size_t most = 6;
        std::string names;
        for (std::size_t i = 0; i < std::min(most, file.names().size()); ++i)
            names += (i > 0 ? ", " : "") + shortened(file.names()[i]);
        throw FormatError(text(path.string(), ": has no array ", shortened(name), ", but ",
                               names.empty() ? "nothing" : names, file.names().size() > most ? " ..." : "",
                               other == OtherArray::the_only_one
                                   ? text("; expected an array ", shortened(name), ", or one array alone")
                                   : std::string()));
    }
    const Bytes bytes = file.read(static_cast<std::size_t>(at - file.names().begin()), largest_npz_array + 1);
    if (bytes.size() > largest_npz_array)  // a few kilobytes can expand to gigabytes
        throw FormatError(
            text(path.string(), ": ", shortened(*at), ": expands to more than ", largest_npz_array, " bytes"));
    return parse_npy<T>(bytes, text(path.string(), ": ", shortened(*at)));
}

/// Reads an array from a .npy file, or from a .npz file as read_npz(). The content tells which it is.
/// @param name  of the array in a .npz file
template <class T = float>
[[nodiscard]] NpyArray<T> read_npy_or_npz(const std::filesystem::path& path, const std::string& name) {
    const Bytes start = read_file(path, 2);
    const bool zip = start.size() == 2 && start[0] == 'P' && start[1] == 'K';
    return zip ? read_npz<T>(path, name, OtherArray::the_only_one) : read_npy<T>(path);
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
