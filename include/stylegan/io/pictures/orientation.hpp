// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pictures/image.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

namespace stylegan {

namespace detail {

/// Numbers of a TIFF structure, in its own byte order.
class TiffNumbers {
public:
    explicit TiffNumbers(std::span<const std::uint8_t> bytes) : bytes_(bytes) {
        constexpr std::array<std::uint8_t, 4> little{'I', 'I', 42, 0}, big{'M', 'M', 0, 42};
        little_ = bytes.size() >= 4 && std::equal(little.begin(), little.end(), bytes.begin());
        good_ = little_ || (bytes.size() >= 4 && std::equal(big.begin(), big.end(), bytes.begin()));
    }

    /// A number of `width` bytes; nothing beyond the end.
    [[nodiscard]] std::optional<std::uint32_t> at(std::size_t offset, std::size_t width) const {
        if (!good_ || offset > bytes_.size() || width > bytes_.size() - offset) return std::nullopt;
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < width; ++i) value = value << 8 | bytes_[offset + (little_ ? width - 1 - i : i)];
        return value;
    }

private:
    std::span<const std::uint8_t> bytes_;
    bool little_ = false, good_ = false;
};

}  // namespace detail

/// How a picture is to be turned before it is shown, from its EXIF data: 1 (as it is) to 8; 1 if the data does not say.
/// @param exif  a TIFF structure, with or without "Exif\0\0" before it
/// @see Exif 2.32, 4.6.4 (tag 0x0112)
[[nodiscard]] inline int exif_orientation(std::span<const std::uint8_t> exif) {
    constexpr std::array<std::uint8_t, 6> name{'E', 'x', 'i', 'f', 0, 0};
    if (exif.size() >= name.size() && std::equal(name.begin(), name.end(), exif.begin()))
        exif = exif.subspan(name.size());
    const detail::TiffNumbers numbers(exif);
    const auto directory = numbers.at(4, 4);
    const auto count = directory ? numbers.at(*directory, 2) : std::nullopt;
    for (std::size_t i = 0; count && i < *count; ++i) {
        const std::size_t entry = *directory + 2 + 12 * i;
        const auto tag = numbers.at(entry, 2), type = numbers.at(entry + 2, 2);
        if (!tag || !type) break;
        if (*tag != 0x0112) continue;
        const std::size_t width = *type == 1 ? 1 : *type == 3 ? 2 : *type == 4 ? 4 : 0;
        const auto value = width > 0 ? numbers.at(entry + 8, width) : std::nullopt;
        return value && *value >= 1 && *value <= 8 ? static_cast<int>(*value) : 1;
    }
    return 1;
}

/// The size after turning. @param orientation  1 to 8; from 5 on, width and height change places
[[nodiscard]] inline ImageSize upright(ImageSize size, int orientation) {
    if (orientation >= 5) std::swap(size.width, size.height);
    return size;
}

/// A picture as it is to be shown. @param orientation  of EXIF, 1 to 8
[[nodiscard]] inline Image upright(Image image, int orientation) {
    if (orientation == 1) return image;
    const ImageSize size = upright(image.size(), orientation);
    Image turned(size.width, size.height, size.channels);
    // Which way a coordinate of the stored picture runs as x and y grow: 5 to 8 exchange the two.
    const bool exchanged = orientation >= 5;
    const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
            const int column = exchanged ? y : x, row = exchanged ? x : y;
            std::copy_n(
                image.pixel(from_right ? image.width - 1 - column : column, from_bottom ? image.height - 1 - row : row),
                size.channels, turned.pixel(x, y));
        }
    return turned;
}

}  // namespace stylegan
