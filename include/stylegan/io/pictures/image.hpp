// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace stylegan {

/// The size of a picture in pixels. Channels: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.
struct ImageSize {
    int width = 0, height = 0, channels = 0;

    friend bool operator==(const ImageSize&, const ImageSize&) = default;

    /// "64x96 with 3 channels"
    [[nodiscard]] std::string text() const {
        return stylegan::text(width, 'x', height, " with ", channels, channels == 1 ? " channel" : " channels");
    }
};

/// A picture with 8 bits per channel, (height, width, channels), from the top row down.
struct Image {
    int width = 0, height = 0, channels = 0;
    std::vector<std::uint8_t> pixels;  ///< the channels of a pixel side by side

    Image() = default;

    /// A picture of zeros, w pixels wide and h high.
    Image(int w, int h, int c)
        : width(w),
          height(h),
          channels(c),
          pixels(static_cast<std::size_t>(w) * static_cast<std::size_t>(h) * static_cast<std::size_t>(c)) {}

    [[nodiscard]] ImageSize size() const { return {width, height, channels}; }

    /// The channels of pixel x of row y.
    [[nodiscard]] std::uint8_t* pixel(int x, int y) { return pixels.data() + offset(x, y); }
    /// The same, to read.
    [[nodiscard]] const std::uint8_t* pixel(int x, int y) const { return pixels.data() + offset(x, y); }

private:
    [[nodiscard]] std::size_t offset(int x, int y) const {
        return (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)) *
               static_cast<std::size_t>(channels);
    }
};

/// What a picture may cost. A header of a few bytes can ask for any amount of memory.
struct PictureLimits {
    static constexpr std::uint64_t default_pixels = std::uint64_t{1} << 26;  ///< 64 megapixels, 8192x8192
    static constexpr std::uint64_t most_pixels = std::uint64_t{1} << 28;     ///< 16384x16384; larger limits count as it

    std::uint64_t max_pixels = default_pixels;  ///< width times height

    /// The longest file of a picture: 16 bits for each of 4 channels without compression, and 64 MiB besides.
    [[nodiscard]] std::uint64_t file_bytes() const {
        return (std::uint64_t{1} << 26) + 8 * std::min(max_pixels, most_pixels);
    }
};

namespace detail {
/// @throws FormatError for an empty picture, and for one of more pixels than the limit
inline void require_decodable(const std::string& where, std::uint64_t width, std::uint64_t height,
                              const PictureLimits& limits) {
    const std::uint64_t most = std::min(limits.max_pixels, PictureLimits::most_pixels);
    if (width == 0 || height == 0 || width > most || height > most || width * height > most)
        throw FormatError(stylegan::text(where, ": the picture is ", width, 'x', height, ", expected 1 to ", most,
                                         " pixels (max_pixels)"));
}

/// @throws FormatError for a picture of more pixels than `bytes` bytes can hold at the format's highest compression
/// @param most  pixels that one byte can encode
/// @param free  pixels that need no bytes
inline void require_pixels_fit(const std::string& where, std::uint64_t width, std::uint64_t height, std::uint64_t bytes,
                               std::uint64_t most, std::uint64_t free = 0) {
    if (width * height > free && (width * height - free) / most > bytes)
        throw FormatError(stylegan::text(where, ": the picture is ", width, 'x', height, ", more than its ", bytes,
                                         " bytes can hold: it is cut off or damaged"));
}

/// Arithmetic codes and WebP's take less than a bit for any number of equal pixels. They get as many pixels for a byte
/// as Huffman codes at most, and 4 megapixels for nothing.
inline void require_pixels_worth(const std::string& where, std::uint64_t width, std::uint64_t height,
                                 std::uint64_t bytes) {
    require_pixels_fit(where, width, height, bytes, 8 * 32 * 32, std::uint64_t{1} << 22);
}
}  // namespace detail

}  // namespace stylegan
