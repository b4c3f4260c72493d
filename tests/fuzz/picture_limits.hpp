// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pictures/image_rows.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

namespace fuzz {

/// One megapixel: the default limit of 64 allows pictures for which sanitizers need minutes.
inline constexpr stylegan::PictureLimits limits{.max_pixels = std::uint64_t{1} << 20};

/// The rows of a picture must be those that were decoded as a whole. Nothing is decoded if the picture is refused.
inline void require_same_rows(std::span<const std::uint8_t> bytes, const std::optional<stylegan::Image>& whole) {
    stylegan::ImageSize size;
    std::size_t at = 0;
    bool same = true;
    try {
        for_each_row(
            bytes, "fuzz", limits, [&](const stylegan::ImageSize& begun) { size = begun; },
            [&](const std::uint8_t* row) {
                const std::size_t length =
                    static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.channels);
                same = same && (!whole || (at + length <= whole->pixels.size() &&
                                           std::equal(row, row + length, whole->pixels.data() + at)));
                at += length;
            });
        if (!whole || whole->size() != size || at != whole->pixels.size() || !same) std::abort();
    } catch (const stylegan::FormatError&) {
        if (whole) std::abort();
    }
}

}  // namespace fuzz
