// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/io/files/atomic_file.hpp>
#include <stylegan/io/files/read_file.hpp>
#include <stylegan/io/files/regular_file.hpp>
#include <stylegan/io/files/stored_bytes.hpp>
#include <stylegan/io/tensors/numpy_type.hpp>
#include <stylegan/io/tensors/stored_array.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stylegan {

/// A row-major array of any rank.
template <class T>
struct NpyArray {
    std::vector<Index> shape;  ///< empty for a single number
    std::vector<T> values;     ///< row-major
};

namespace detail {

/// The header of a .npy file: the text of a Python dictionary with the keys descr, fortran_order and shape.
struct NpyHeader {
    std::string descr;
    bool fortran_order = false;
    std::vector<Index> shape;
};

/// The text after `'key':` without leading spaces; nothing if the key is missing.
inline std::optional<std::string_view> npy_field(std::string_view header, std::string_view key) {
    for (const char quote : {'\'', '"'}) {
        const std::string quoted = quote + std::string(key) + quote;
        std::size_t at = header.find(quoted);
        if (at == std::string_view::npos) continue;
        at = header.find_first_not_of(" :", at + quoted.size());
        if (at != std::string_view::npos) return header.substr(at);
    }
    return std::nullopt;
}

inline std::optional<std::vector<Index>> npy_shape(std::string_view field) {
    const std::size_t close = field.find(')');
    if (field.empty() || field[0] != '(' || close == std::string_view::npos) return std::nullopt;
    std::vector<Index> shape;
    for (field = field.substr(1, close - 1);;) {
        const std::size_t start = field.find_first_not_of(" ,");
        if (start == std::string_view::npos) return shape;
        field = field.substr(start);
        Index extent = 0;
        const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), extent);
        if (error != std::errc() || extent < 0 || shape.size() == 32) return std::nullopt;  // NumPy's own limit
        shape.push_back(extent);
        field = field.substr(static_cast<std::size_t>(end - field.data()));
        if (!field.empty() && field[0] == 'L') field = field.substr(1);  // a long integer, as Python 2 wrote it
        if (!field.empty() && field[0] != ',' && field[0] != ' ') return std::nullopt;
    }
}

inline std::optional<NpyHeader> npy_header(std::string_view dictionary) {
    const auto descr = npy_field(dictionary, "descr"), order = npy_field(dictionary, "fortran_order"),
               shape = npy_field(dictionary, "shape");
    if (!descr || !order || !shape || descr->empty()) return std::nullopt;
    const bool quoted = (*descr)[0] == '\'' || (*descr)[0] == '"';  // otherwise a list, which describes records
    const std::size_t close = descr->find(quoted ? (*descr)[0] : ']', 1);
    const auto extents = npy_shape(*shape);
    const bool fortran = order->substr(0, 4) == "True";
    if (close == std::string_view::npos || !extents || (!fortran && order->substr(0, 5) != "False"))
        return std::nullopt;
    return NpyHeader{std::string(descr->substr(quoted ? 1 : 0, quoted ? close - 1 : close + 1)), fortran, *extents};
}

}  // namespace detail

/// The largest header of a .npy file that is read, in bytes; NumPy's own limit is 10,000.
inline constexpr std::size_t largest_npy_header = std::size_t{1} << 16;
/// The largest array of a .npy file that is read, in bytes: 1,400 pictures of 1024x1024.
inline constexpr std::size_t largest_npy_array = std::size_t{1} << 34;

/// Reads an array from the bytes of a .npy file. Numbers may have any real type, either byte order and either memory
/// order; the array may have up to 32 axes.
/// @param where  names the file in errors
/// @throws FormatError if it is not a .npy file, is cut off or too long, or holds other types
template <class T = float>
[[nodiscard]] NpyArray<T> parse_npy(const StoredBytes& bytes, const std::string& where) {
    const auto fail = [&](const auto&... what) { throw FormatError(text(where, ": ", what...)); };
    std::uint8_t head[12] = {};
    bytes.read(0, head, std::min(bytes.size, sizeof head));
    if (bytes.size < 10 || std::memcmp(head, "\x93NUMPY", 6) != 0) fail("is not a NumPy array (.npy)");
    const int major = head[6];
    if (major < 1 || major > 3) fail("is of .npy version ", major, ", expected 1, 2 or 3");
    const std::size_t start = major == 1 ? 10 : 12;
    if (bytes.size < start) fail("is cut off in its header, at byte ", bytes.size);
    std::size_t length = head[8] + 256u * head[9];
    if (major > 1) length += (std::size_t{head[10]} << 16) + (std::size_t{head[11]} << 24);
    if (bytes.size - start < length)
        fail("is cut off in its header: has ", bytes.size - start, " bytes of it, expected ", length);
    if (length > largest_npy_header) fail("has a header of ", length, " bytes, expected at most ", largest_npy_header);

    std::string dictionary(length, '\0');
    bytes.read(start, dictionary.data(), length);
    const auto header = detail::npy_header(dictionary);
    if (!header) fail("has a header at byte ", start, " without a readable descr, fortran_order and shape");
    const auto type = detail::numpy_type(header->descr);
    if (!type)
        fail("holds numbers of type ", shortened(header->descr, 40),
             ", expected one such as <f4 (float32) or <i8 (int64)");
    const auto count = element_count(header->shape, size_of(type->type));
    if (!count) fail("has a shape too large for any memory");
    const std::size_t room = bytes.size - start - length;
    if (room != *count * size_of(type->type))
        fail("has ", room, " bytes of numbers from byte ", start + length, " on, expected ",
             *count * size_of(type->type));
    if (room > largest_npy_array) fail("has ", room, " bytes of numbers, expected at most ", largest_npy_array);

    StoredArray array;
    array.type = type->type;
    array.big_endian = type->big_endian && size_of(type->type) > 1;
    array.shape = header->shape;
    array.strides = dense_strides(header->shape, header->fortran_order);
    array.bytes = bytes.part(start + length, room);
    return {header->shape, array.read<T>()};
}
/// The same for bytes in memory.
template <class T = float>
[[nodiscard]] NpyArray<T> parse_npy(const Bytes& bytes, const std::string& where) {
    return parse_npy<T>(StoredBytes(std::span(bytes)), where);
}

/// Reads a .npy file, as parse_npy().
/// @throws FileError if the file cannot be read
/// @throws FormatError as parse_npy()
template <class T = float>
[[nodiscard]] NpyArray<T> read_npy(const std::filesystem::path& path) {
    const RegularFile file(path);
    return parse_npy<T>(StoredBytes(file), path.string());
}

/// The part of a .npy file before the numbers, which are row-major.
/// @param type  of the numbers, as NumPy's descr; float32 if not given
[[nodiscard]] inline std::string npy_head(const std::vector<Index>& shape, const std::string& type = "<f4") {
    static_assert(std::endian::native == std::endian::little, "stylegan: files are written on little-endian machines");
    std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (";
    for (std::size_t axis = 0; axis < shape.size(); ++axis) header += text(axis > 0 ? ", " : "", shape[axis]);
    header += shape.size() == 1 ? ",), }" : "), }";
    header.append(63 - (10 + header.size()) % 64, ' ');  // the numbers begin at a multiple of 64
    header += '\n';
    const auto length = static_cast<std::uint16_t>(header.size());
    std::string all("\x93NUMPY\x01\x00", 8);
    all += {static_cast<char>(length & 255), static_cast<char>(length >> 8)};
    return all + header;
}

/// Writes row-major float32 numbers, atomically. @throws FileError if the file cannot be written
inline void write_npy(const std::filesystem::path& path, const std::vector<Index>& shape, const float* values) {
    AtomicFile file(path);
    std::size_t count = 1;
    for (const Index extent : shape) count *= static_cast<std::size_t>(extent);
    file.write(npy_head(shape));
    file.write(values, count * sizeof(float));
    file.commit(Survives::program_crash);
}

}  // namespace stylegan
