// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace stylegan::examples {

/// The least and the largest value that is possible.
template <class N>
struct Range {
    N least = std::numeric_limits<N>::lowest(), most = std::numeric_limits<N>::max();

    /// " from 1 to 8", " of at least 1" or ""; who takes 2^31 - 1 takes them all.
    [[nodiscard]] std::string words() const {
        if (most < N(std::numeric_limits<int>::max())) return text(" from ", least, " to ", most);
        return least != std::numeric_limits<N>::lowest() ? text(" of at least ", least) : "";
    }
};

/// Decimal digits, after '-' for a negative number; nothing for any other text, or if the number is out of range.
[[nodiscard]] std::optional<std::int64_t> parse_whole(std::string_view text, Range<std::int64_t> range = {});

/// A finite number within the range, or nothing.
[[nodiscard]] std::optional<double> parse_real(std::string_view text, Range<double> range = {});

/// "24x16 (width x height)"; "16x16" of a square.
/// @param unit  what stands behind the numbers
[[nodiscard]] inline std::string width_by_height(int width, int height, const char* unit = "") {
    return text(width, 'x', height, unit, width == height ? "" : " (width x height)");
}

/// "6x4" -> 6, 4; both at least 1.
[[nodiscard]] std::optional<std::array<int, 2>> parse_width_by_height(std::string_view text);

}  // namespace stylegan::examples
