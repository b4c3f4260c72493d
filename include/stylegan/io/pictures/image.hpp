// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>

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

namespace detail {
/// A damaged header could demand any amount of memory. @throws FormatError for a picture of more than 2^30 values
inline void require_decodable(const std::string& where, std::uint64_t width, std::uint64_t height,
                              std::uint64_t channels) {
    if (width == 0 || height == 0 || width > (1u << 24) || height > (1u << 24) ||
        width * height * channels > (std::uint64_t{1} << 30))
        throw FormatError(
            stylegan::text(where, ": the picture is ", width, 'x', height, ", expected at most 2^30 values"));
}

/// @throws FormatError for a picture of more pixels than `bytes` bytes can hold at the format's highest compression
/// @param most  pixels that one byte can encode
inline void require_pixels_fit(const std::string& where, std::uint64_t width, std::uint64_t height, std::uint64_t bytes,
                               std::uint64_t most) {
    if (width * height / most > bytes)
        throw FormatError(stylegan::text(where, ": the picture is ", width, 'x', height, ", more than its ", bytes,
                                         " bytes can hold: it is cut off or damaged"));
}
}  // namespace detail

}  // namespace stylegan
