// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/pictures/image.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace stylegan {

/// "grey", "grey with alpha", "RGB" or "RGB with alpha"; empty for other numbers of channels.
[[nodiscard]] inline const char* channels_name(int channels) {
    constexpr const char* names[] = {"", "grey", "grey with alpha", "RGB", "RGB with alpha"};
    return channels >= 1 && channels <= 4 ? names[channels] : "";
}

/// Whether every pixel is opaque: there is no alpha channel, or it is 255 everywhere.
/// @param pixels  with the channels of a pixel side by side
[[nodiscard]] inline bool opaque(std::span<const std::uint8_t> pixels, int channels) {
    if (channels % 2 == 1) return true;
    const auto step = static_cast<std::size_t>(channels);
    for (std::size_t i = step - 1; i < pixels.size(); i += step)
        if (pixels[i] != 255) return false;
    return true;
}
/// The same for a picture.
[[nodiscard]] inline bool opaque(const Image& image) { return opaque(image.pixels, image.channels); }

/// The brightness of a colour, as ITU-R BT.601 weights it, rounded.
[[nodiscard]] inline std::uint8_t brightness(const std::uint8_t* rgb) {
    return static_cast<std::uint8_t>((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000);
}

namespace detail {

/// with_channels() for `pixels` pixels, from 1 to 4 channels to 1 to 4 others.
inline void convert_channels(const std::uint8_t* from, int from_channels, std::uint8_t* to, int to_channels,
                             std::size_t pixels) {
    const bool from_grey = from_channels < 3, to_grey = to_channels < 3;
    const bool from_alpha = from_channels % 2 == 0, to_alpha = to_channels % 2 == 0;
    const int from_colours = from_grey ? 1 : 3, to_colours = to_grey ? 1 : 3;
    for (std::size_t i = 0; i < pixels; ++i) {
        const int alpha = from_alpha ? from[from_colours] : 255;
        for (int c = 0; c < to_colours; ++c) {
            const int colour = to_grey && !from_grey ? brightness(from) : from[from_grey ? 0 : c];
            const int on_white = (colour * alpha + 255 * (255 - alpha) + 127) / 255;
            to[c] = static_cast<std::uint8_t>(to_alpha ? colour : on_white);
        }
        if (to_alpha) to[to_colours] = static_cast<std::uint8_t>(alpha);
        from += from_channels;
        to += to_channels;
    }
}

}  // namespace detail

/// A picture with other channels. Grey becomes three equal colours, colours become their brightness(); a new alpha
/// channel is opaque. An alpha channel that is dropped leaves the picture as it looks on white.
/// @param channels  1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha
/// @throws ValueError for other numbers of channels
[[nodiscard]] inline Image with_channels(const Image& image, int channels) {
    if (channels < 1 || channels > 4 || image.channels < 1 || image.channels > 4)
        throw ValueError(text("with_channels: ", image.channels, " to ", channels, ", expected 1 to 4 channels"));
    if (channels == image.channels) return image;
    Image result(image.width, image.height, channels);
    detail::convert_channels(image.pixels.data(), image.channels, result.pixels.data(), channels,
                             image.pixels.size() / static_cast<std::size_t>(image.channels));
    return result;
}

namespace detail {

/// @throws FormatError if a pixel is transparent
inline void require_opaque(std::span<const std::uint8_t> pixels, int channels, const std::string& where) {
    if (!opaque(pixels, channels))
        throw FormatError(
            text(where, ": has ", channels,
                 " channels and transparent pixels, expected a picture without alpha, or an opaque one; "
                 "put it on a background first (ImageMagick: convert FILE -background white -flatten NEW)"));
}

}  // namespace detail

/// A picture without its alpha channel, which must be opaque everywhere.
/// @param where  names the picture in errors
/// @throws FormatError if a pixel is transparent
[[nodiscard]] inline Image without_alpha(const Image& image, const std::string& where) {
    detail::require_opaque(image.pixels, image.channels, where);
    return image.channels % 2 == 1 ? image : with_channels(image, image.channels - 1);
}

}  // namespace stylegan
