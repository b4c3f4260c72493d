// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/tensors/named_tensors.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace stylegan {

namespace detail {

/// How many of `count` float32 at `data`, of any alignment, are infinite or NaN: their exponent has all bits set.
/// Without branches, so that a compiler vectorizes it.
inline std::size_t count_non_finite(const std::uint8_t* data, std::size_t count) {
    constexpr std::size_t block = 4096;  // a sum of 32 bits is enough for each
    std::size_t total = 0;
    for (std::size_t first = 0; first < count; first += block) {
        const std::size_t n = count - first < block ? count - first : block;
        std::uint32_t found = 0;
        for (std::size_t i = 0; i < n; ++i) {
            std::uint32_t bits = 0;
            std::memcpy(&bits, data + 4 * (first + i), 4);
            found += (bits & 0x7F800000u) == 0x7F800000u ? 1u : 0u;
        }
        total += found;
    }
    return total;
}
inline std::size_t count_non_finite(const float* values, std::size_t count) {
    return count_non_finite(reinterpret_cast<const std::uint8_t*>(values), count);  // NOLINT: numbers as bytes
}

}  // namespace detail

/// The numbers of a file that are infinite or NaN.
struct NonFinite {
    std::string first;         ///< the first tensor that has any
    std::size_t of_first = 0;  ///< how many of its numbers they are
    std::size_t size = 0;      ///< how many numbers it has
    std::size_t tensors = 0;   ///< how many tensors have any
    std::size_t numbers = 0;   ///< how many there are in all

    [[nodiscard]] bool found() const { return tensors > 0; }

    /// "has 3 numbers that are not finite (NaN or infinite) in 2 tensors, the first \"Gs/...\" (1 of 64)"
    [[nodiscard]] std::string words() const {
        return text("has ", numbers, numbers == 1 ? " number that is" : " numbers that are",
                    " not finite (NaN or infinite) in ", tensors,
                    tensors == 1 ? " tensor, \"" : " tensors, the first \"", first, "\" (", of_first, " of ", size,
                    ')');
    }
};

/// Looks for numbers that are infinite or NaN in the tensors whose name begins with `prefix`. Reads 26 million
/// float32, a generator for 1024x1024, in some ten milliseconds.
[[nodiscard]] inline NonFinite non_finite_numbers(const NamedTensors& tensors, std::string_view prefix = {}) {
    NonFinite all;
    for (const std::string& name : tensors.names()) {
        if (!name.starts_with(prefix)) continue;
        const StoredArray& a = tensors[name];
        const bool plain = a.type == ElementType::f32 && !a.big_endian && !a.bytes.as_utf8;
        const bool whole = a.bytes.size / 4 == a.size();  // in any order
        std::size_t found = 0;
        if (plain && (whole || a.strides == dense_strides(a.shape))) {
            for_each_checked_part(a.bytes, 4 * a.size(), [&](const std::uint8_t* part, std::size_t size) {
                found += detail::count_non_finite(part, size / 4);
            });
        } else if (a.type != ElementType::boolean) {
            const std::vector<float> values = a.read<float>();
            found = detail::count_non_finite(values.data(), values.size());
        }
        if (found == 0) continue;
        if (all.tensors == 0) {
            all.first = name;
            all.of_first = found;
            all.size = a.size();
        }
        ++all.tensors;
        all.numbers += found;
    }
    return all;
}

/// @throws FormatError if a tensor whose name begins with `prefix` has numbers that are infinite or NaN
inline void require_finite(const NamedTensors& tensors, std::string_view prefix) {
    const NonFinite found = non_finite_numbers(tensors, prefix);
    if (found.found())
        throw FormatError(text(tensors.path().string(), ": ", found.words(),
                               "; the file is damaged, or training failed: take an earlier snapshot, or get it again"));
}

}  // namespace stylegan
