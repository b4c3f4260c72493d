// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/io/files/stored_bytes.hpp>
#include <stylegan/io/tensors/element_type.hpp>
#include <stylegan/io/tensors/stored_digest.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

/// "[3,3,64,32]"
[[nodiscard]] inline std::string shape_text(const std::vector<Index>& shape) {
    std::string s = "[";
    for (std::size_t axis = 0; axis < shape.size(); ++axis) s += text(axis > 0 ? "," : "", shape[axis]);
    return s + "]";
}

/// The number of elements; nothing if an extent is negative or the array cannot fit into memory.
[[nodiscard]] inline std::optional<std::size_t> element_count(const std::vector<Index>& shape,
                                                              std::size_t element_size) {
    std::size_t count = 1;
    bool empty = false;
    for (const Index extent : shape) {
        if (extent < 0) return std::nullopt;
        empty = empty || extent == 0;
        const auto n = static_cast<std::size_t>(extent);
        if (n == 0) continue;  // the other extents are checked nevertheless
        if (count > static_cast<std::size_t>(PTRDIFF_MAX) / element_size / n) return std::nullopt;
        count *= n;
    }
    return empty ? 0 : count;
}

/// Strides in elements of an array without gaps, row-major or column-major.
[[nodiscard]] inline std::vector<Index> dense_strides(const std::vector<Index>& shape, bool column_major = false) {
    std::vector<Index> strides(shape.size());
    Index step = 1;
    for (std::size_t k = 0; k < shape.size(); ++k) {
        const std::size_t axis = column_major ? k : shape.size() - 1 - k;
        strides[axis] = step;
        step *= std::max<Index>(shape[axis], 1);
    }
    return strides;
}

/// An array of numbers in a file: their type, and where they are. They are read only when they are asked for. The array
/// does not own the bytes or the open file (see NamedTensors) unless `owner` does.
///
/// `scale`, `shift` and `shifted` convert weights from another convention when they are read: y = scale * x, plus shift
/// for the first `shifted` indices of the first axis.
struct StoredArray {
    ElementType type = ElementType::f32;  ///< of the stored numbers
    bool big_endian = false;              ///< byte order of the stored numbers
    std::vector<Index> shape;             ///< empty for a single number
    std::vector<Index> strides;           ///< in elements, not negative
    StoredBytes bytes;                    ///< from the first element on
    double scale = 1;                     ///< factor of every element
    double shift = 0;                     ///< added to some elements
    Index shifted = 0;                    ///< number of indices of the first axis to which `shift` is added
    std::shared_ptr<const void> owner{};  ///< keeps the bytes alive; empty if another object does

    [[nodiscard]] std::size_t size() const { return element_count(shape, size_of(type)).value_or(0); }

    /// Whether every element lies within the bytes.
    [[nodiscard]] bool fits() const {
        const auto count = element_count(shape, size_of(type));
        if (!count || strides.size() != shape.size()) return false;
        if (*count == 0) return true;
        std::size_t last = 0;
        const std::size_t room = bytes.size / size_of(type);
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            const auto steps = static_cast<std::size_t>(shape[axis] - 1),
                       stride = static_cast<std::size_t>(strides[axis]);
            if (strides[axis] < 0 || (steps > 0 && stride > room / steps)) return false;
            last += steps * stride;
            if (last >= room) return false;
        }
        return last < room;
    }

    /// The number of bytes from the first element to the end of the last; 0 for an array without elements.
    [[nodiscard]] std::size_t extent_size() const {
        if (size() == 0) return 0;
        std::size_t last = 0;
        for (std::size_t axis = 0; axis < shape.size(); ++axis)
            last += static_cast<std::size_t>(shape[axis] - 1) * static_cast<std::size_t>(strides[axis]);
        return (last + 1) * size_of(type);
    }

    /// The array with its axes permuted: axis k of the result is axis order[k] of this one.
    [[nodiscard]] StoredArray permuted(const std::vector<std::size_t>& order) const {
        StoredArray a = *this;
        for (std::size_t k = 0; k < order.size(); ++k) {
            a.shape[k] = shape[order[k]];
            a.strides[k] = strides[order[k]];
        }
        return a;
    }

    /// Reads all numbers into `out`, row-major and converted to T.
    /// @throws FormatError if the bytes do not have the digest that the file has of them; FileError if the file cannot be
    ///         read, or has changed in the meantime
    template <class T>
    void read_into(T* out) const {
        const std::size_t count = size();
        if (!big_endian && !bytes.as_utf8 && strides == dense_strides(shape))
            read_dense(count, out);
        else
            gather(count, out);
        if (scale != 1)
            for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<T>(scale * static_cast<double>(out[i]));
        if (shifted > 0 && count > 0) {
            const std::size_t first = count / static_cast<std::size_t>(shape[0]) * static_cast<std::size_t>(shifted);
            for (std::size_t i = 0; i < first; ++i) out[i] = static_cast<T>(static_cast<double>(out[i]) + shift);
        }
    }

    template <class T>
    [[nodiscard]] std::vector<T> read() const {
        std::vector<T> values(size());
        read_into(values.data());
        return values;
    }

    /// An array whose elements all have one value.
    [[nodiscard]] static StoredArray constant(std::vector<Index> shape, float value) {
        StoredArray a = owning(std::vector<float>{value}, std::move(shape));
        std::fill(a.strides.begin(), a.strides.end(), 0);
        return a;
    }

    /// An array that owns its row-major numbers.
    [[nodiscard]] static StoredArray owning(std::vector<float> values, std::vector<Index> shape) {
        const auto kept = std::make_shared<const std::vector<float>>(std::move(values));
        StoredArray a;
        a.shape = std::move(shape);
        a.strides = dense_strides(a.shape);
        a.bytes = StoredBytes({reinterpret_cast<const std::uint8_t*>(kept->data()), kept->size() * sizeof(float)});
        a.owner = kept;
        return a;
    }

private:
    /// Reads numbers that lie in the file as they are wanted, but perhaps for their type.
    template <class T>
    void read_dense(std::size_t count, T* out) const {
        const std::size_t width = size_of(type);
        if (type == element_type_of<T> && type != ElementType::boolean) return read_checked(bytes, count * width, out);
        for_each_checked_part(bytes, count * width, [&](const std::uint8_t* part, std::size_t size) {
            convert_elements(type, part, size / width, out);
            out += size / width;
        });
    }

    /// The bytes within which all elements are, decoded.
    [[nodiscard]] std::vector<std::uint8_t> extent() const {
        if (bytes.as_utf8) return bytes.decoded();
        std::vector<std::uint8_t> all(extent_size());
        read_checked(bytes, all.size(), all.data());
        return all;
    }

    /// Reads numbers that are not row-major or not little-endian: their whole extent, then one by one.
    template <class T>
    void gather(std::size_t count, T* out) const {
        if (count == 0) return;
        const std::size_t width = size_of(type), rank = shape.size();
        const bool in_place = bytes.file == nullptr && !bytes.as_utf8;
        const std::vector<std::uint8_t> read = in_place ? std::vector<std::uint8_t>() : extent();
        const std::uint8_t* const data = in_place ? bytes.memory : read.data();
        std::vector<Index> at(rank, 0);
        std::size_t place = 0;
        for (std::size_t k = 0; k < count; ++k) {
            std::uint8_t element[8];
            const std::uint8_t* const from = data + place * width;
            if (big_endian) {
                for (std::size_t b = 0; b < width; ++b) element[b] = from[width - 1 - b];
                convert_elements(type, element, 1, out + k);
            } else if (type == element_type_of<T> && type != ElementType::boolean) {
                std::memcpy(out + k, from, sizeof(T));
            } else {
                convert_elements(type, from, 1, out + k);
            }
            for (std::size_t axis = rank; axis-- > 0;) {
                place += static_cast<std::size_t>(strides[axis]);
                if (++at[axis] < shape[axis]) break;
                place -= static_cast<std::size_t>(strides[axis] * shape[axis]);
                at[axis] = 0;
            }
        }
    }
};

}  // namespace stylegan
