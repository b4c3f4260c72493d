// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/pictures/image.hpp>
#include <stylegan/io/pictures/orientation.hpp>
#include <stylegan/io/pictures/read_image.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace stylegan {

namespace detail {

template <class Row>
void hand_out_rows(const Image& image, Row&& row) {
    for (int y = 0; y < image.height; ++y) row(image.pixel(0, y));
}

/// @param picture  PngRows or JpegRows
template <class Picture, class Begin, class Row>
void hand_out_rows(Picture& picture, Begin&& begin, Row&& row) {
    begin(upright(picture.stored(), picture.orientation()));
    if (picture.by_rows() && picture.orientation() == 1) return picture.for_each_row(row);
    hand_out_rows(upright(picture.whole(), picture.orientation()), row);
}

}  // namespace detail

/// Decodes a picture as decode_image(), and hands out its rows from the top down. Of PNG and JPEG, one row is in memory
/// at a time, unless the picture is interlaced, progressive, or turned by EXIF's orientation. Those and WebP are
/// decoded as a whole first.
/// @param begin   begin(ImageSize) is called once, before the first row
/// @param row     row(const std::uint8_t*) is called for each row, with the channels of a pixel side by side
/// @param where   names the picture in errors
/// @throws FormatError as decode_image(), also after some rows
template <class Begin, class Row>
void for_each_row(std::span<const std::uint8_t> bytes, const std::string& where, const PictureLimits& limits,
                  Begin&& begin, Row&& row) {
    const auto format = image_format(bytes);
    if (format == ImageFormat::png) {
        detail::PngRows picture(bytes, where, limits);
        detail::hand_out_rows(picture, begin, row);
    } else if (format == ImageFormat::jpeg) {
        detail::JpegRows picture(bytes, where, limits);
        detail::hand_out_rows(picture, begin, row);
    } else {
        const Image image = decode_image(bytes, where, limits);
        begin(image.size());
        detail::hand_out_rows(image, row);
    }
}

}  // namespace stylegan
