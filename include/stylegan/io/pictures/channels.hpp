// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/pictures/image.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace stylegan {

/// "grey", "grey with alpha", "RGB" or "RGB with alpha"; empty for other numbers of channels.
[[nodiscard]] inline const char* channels_name(int channels) {
    constexpr const char* names[] = {"", "grey", "grey with alpha", "RGB", "RGB with alpha"};
    return channels >= 1 && channels <= 4 ? names[channels] : "";
}

/// Whether every pixel is opaque: there is no alpha channel, or it is 255 everywhere.
[[nodiscard]] inline bool opaque(const Image& image) {
    if (image.channels % 2 == 1) return true;
    const auto channels = static_cast<std::size_t>(image.channels);
    for (std::size_t i = channels - 1; i < image.pixels.size(); i += channels)
        if (image.pixels[i] != 255) return false;
    return true;
}

/// The brightness of a colour, as ITU-R BT.601 weights it, rounded.
[[nodiscard]] inline std::uint8_t brightness(const std::uint8_t* rgb) {
    return static_cast<std::uint8_t>((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000);
}

/// A picture with other channels. Grey becomes three equal colours, colours become their brightness(); a new alpha
/// channel is opaque. An alpha channel that is dropped leaves the picture as it looks on white.
/// @param channels  1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha
/// @throws ValueError for other numbers of channels
[[nodiscard]] inline Image with_channels(const Image& image, int channels) {
    if (channels < 1 || channels > 4 || image.channels < 1 || image.channels > 4)
        throw ValueError(text("with_channels: ", image.channels, " to ", channels, ", expected 1 to 4 channels"));
    if (channels == image.channels) return image;
    const bool from_grey = image.channels < 3, to_grey = channels < 3;
    const bool from_alpha = image.channels % 2 == 0, to_alpha = channels % 2 == 0;
    const int from_colours = from_grey ? 1 : 3, to_colours = to_grey ? 1 : 3;
    Image result(image.width, image.height, channels);
    const std::uint8_t* from = image.pixels.data();
    for (std::uint8_t* to = result.pixels.data(); to != result.pixels.data() + result.pixels.size(); to += channels) {
        const int alpha = from_alpha ? from[from_colours] : 255;
        for (int c = 0; c < to_colours; ++c) {
            const int colour = to_grey && !from_grey ? brightness(from) : from[from_grey ? 0 : c];
            const int on_white = (colour * alpha + 255 * (255 - alpha) + 127) / 255;
            to[c] = static_cast<std::uint8_t>(to_alpha ? colour : on_white);
        }
        if (to_alpha) to[to_colours] = static_cast<std::uint8_t>(alpha);
        from += image.channels;
    }
    return result;
}

/// A picture without its alpha channel, which must be opaque everywhere.
/// @param where  names the picture in errors
/// @throws FormatError if a pixel is transparent
[[nodiscard]] inline Image without_alpha(const Image& image, const std::string& where) {
    if (!opaque(image))
        throw FormatError(
            text(where, ": has ", image.channels,
                 " channels and transparent pixels, expected a picture without alpha, or an opaque one; "
                 "put it on a background first (ImageMagick: convert FILE -background white -flatten NEW)"));
    return image.channels % 2 == 1 ? image : with_channels(image, image.channels - 1);
}

}  // namespace stylegan
