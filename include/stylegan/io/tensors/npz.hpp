// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/shortened.hpp>
#include <stylegan/io/files/zip.hpp>
#include <stylegan/io/tensors/npy.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>

namespace stylegan {

/// The largest array of a .npz file that is read, in bytes: nine hundred projections at 1024x1024.
inline constexpr std::size_t largest_npz_array = std::size_t{1} << 25;

/// Which array of a .npz file to read, if it does not have the one of the given name.
enum class OtherArray { none, the_only_one };

/// A .npz file, which is a zip archive of .npy files. Arrays are read when they are asked for.
class NpzFile {
public:
    /// @throws FileError if the file cannot be read, FormatError if it is not a zip archive
    explicit NpzFile(const std::filesystem::path& path) : path_(path), file_(path) {}

    /// Whether there is an array of this name: `w` is the entry w.npy.
    [[nodiscard]] bool contains(const std::string& name) const { return at(name, OtherArray::none) < entries().size(); }

    /// One array.
    /// @param other  whether a file without that array, but with one array alone, is read: programs call w `dlatents`,
    ///               `ws`, `arr_0`
    /// @throws FormatError if there is no such array, or it is too large or refused by parse_npy()
    template <class T = float>
    [[nodiscard]] NpyArray<T> read(const std::string& name, OtherArray other = OtherArray::none) const {
        const std::size_t i = at(name, other);
        if (i == entries().size()) fail_without(name, other);
        const Bytes bytes = file_.read(i, largest_npz_array + 1);
        if (bytes.size() > largest_npz_array)  // a few kilobytes can expand to gigabytes
            throw FormatError(text(path_.string(), ": ", shortened(entries()[i]), ": expands to more than ",
                                   largest_npz_array, " bytes"));
        return parse_npy<T>(bytes, text(path_.string(), ": ", shortened(entries()[i])));
    }

private:
    [[nodiscard]] const std::vector<std::string>& entries() const { return file_.names(); }

    /// The number of entries if there is none.
    [[nodiscard]] std::size_t at(const std::string& name, OtherArray other) const {
        const auto found = std::find(entries().begin(), entries().end(), name + ".npy");
        if (other == OtherArray::the_only_one && found == entries().end() && entries().size() == 1) return 0;
        return static_cast<std::size_t>(found - entries().begin());
    }

    [[noreturn]] void fail_without(const std::string& name, OtherArray other) const {
        constexpr std::size_t most = 6;
        std::string names;
        for (std::size_t i = 0; i < std::min(most, entries().size()); ++i)
            names += (i > 0 ? ", " : "") + shortened(entries()[i]);
        throw FormatError(text(path_.string(), ": has no array ", shortened(name), ", but ",
                               names.empty() ? "nothing" : names, entries().size() > most ? " ..." : "",
                               other == OtherArray::the_only_one
                                   ? text("; expected an array ", shortened(name), ", or one array alone")
                                   : std::string()));
    }

    std::filesystem::path path_;
    ZipFile file_;
};

/// Reads one array of a .npz file, as NpzFile::read().
/// @throws FileError, FormatError as NpzFile
template <class T = float>
[[nodiscard]] NpyArray<T> read_npz(const std::filesystem::path& path, const std::string& name,
                                   OtherArray other = OtherArray::none) {
    return NpzFile(path).read<T>(name, other);
}

/// Reads an array from a .npy file, or from a .npz file as read_npz(). The content tells which it is.
/// @param name  of the array in a .npz file
template <class T = float>
[[nodiscard]] NpyArray<T> read_npy_or_npz(const std::filesystem::path& path, const std::string& name) {
    const Bytes start = read_file(path, 2);
    const bool zip = start.size() == 2 && start[0] == 'P' && start[1] == 'K';
    return zip ? read_npz<T>(path, name, OtherArray::the_only_one) : read_npy<T>(path);
}

/// Writes a .npz file of row-major arrays, atomically; np.load opens it.
class NpzWriter {
public:
    /// @throws FileError if the folder does not exist or cannot be written
    explicit NpzWriter(const std::filesystem::path& path) : file_(path) {}

    /// Adds an array. @tparam T  float, double or std::int64_t
    /// @throws ShapeError unless there are as many values as the shape says, ValueError if the name is taken, FileError
    template <class T>
    void add(const std::string& name, const std::vector<Index>& shape, const std::vector<T>& values) {
        static_assert(std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::int64_t>,
                      "stylegan::NpzWriter: the numbers must be float, double or std::int64_t");
        constexpr const char* type = std::is_same_v<T, float> ? "<f4" : std::is_same_v<T, double> ? "<f8" : "<i8";
        if (values.size() != element_count(shape, sizeof(T)))
            throw ShapeError(text("NpzWriter: ", name, " has ", values.size(), " values, expected those of shape ",
                                  shape_text(shape)));
        std::string content = npy_head(shape, type);
        content.append(reinterpret_cast<const char*>(values.data()),
                       values.size() * sizeof(T));  // NOLINT: numbers as bytes
        file_.add(name + ".npy", content);
    }

    /// Adds a text of ASCII characters, as NumPy's str does.
    void add_text(const std::string& name, const std::string& value) {
        std::string content = npy_head({}, text("<U", value.size()));
        for (const char c : value) content += {c, '\0', '\0', '\0'};
        file_.add(name + ".npy", content);
    }

    /// Call once, last. @throws FileError
    void commit() { file_.commit(); }

private:
    ZipWriter file_;
};

/// Writes one row-major float32 array as a .npz file. @throws FileError if the file cannot be written
inline void write_npz(const std::filesystem::path& path, const std::string& name, const std::vector<Index>& shape,
                      const std::vector<float>& values) {
    NpzWriter file(path);
    file.add(name, shape, values);
    file.commit();
}

}  // namespace stylegan
