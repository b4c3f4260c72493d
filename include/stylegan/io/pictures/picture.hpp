// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/arrays.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/io/files/has_ending.hpp>
#include <stylegan/io/pictures/channels.hpp>
#include <stylegan/io/pictures/image.hpp>
#include <stylegan/io/pictures/png.hpp>
#include <stylegan/io/pictures/read_image.hpp>
#include <stylegan/io/pictures/to_float.hpp>
#include <stylegan/io/pictures/to_uint8.hpp>

#include <cstddef>
#include <filesystem>
#include <string>

/// Files and pictures as networks take and make them: (N, C, H, W) in [-1, 1], the range of the official networks.
namespace stylegan {

/// Reads a PNG, JPEG or WebP file as a batch of one picture, (1, C, H, W) in [-1, 1], with as many channels as the file
/// has.
/// @throws FileError if the file cannot be read, FormatError if it is no picture, is damaged, or exceeds the limits
[[nodiscard]] inline Array<float, 4> read_picture(const std::filesystem::path& path, const PictureLimits& limits = {}) {
    return to_float(read_image(path, limits));
}

/// Reads a PNG, JPEG or WebP file as (1, channels, H, W) in [-1, 1]. A grey picture becomes three equal colours if
/// `channels` is 3. An alpha channel that is opaque everywhere is dropped if `channels` has none. Otherwise the file
/// must have as many channels.
/// @param channels  1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha
/// @throws FileError if the file cannot be read
/// @throws FormatError if it is no picture, is damaged, exceeds the limits, or has other channels
[[nodiscard]] inline Array<float, 4> read_picture(const std::filesystem::path& path, int channels,
                                                  const PictureLimits& limits = {}) {
    Image image = read_image(path, limits);
    if (image.channels % 2 == 0 && channels % 2 == 1) image = without_alpha(image, path.string());
    if (image.channels == channels) return to_float(image);
    if (channels != 3 || image.channels != 1)
        throw FormatError(text(path.string(), ": has ", image.channels, image.channels == 1 ? " channel" : " channels",
                               ", expected ", channels == 3 ? "1 (grey) or 3 (RGB)" : text(channels)));
    return to_float(with_channels(image, 3));
}

/// Writes picture n of a batch (N, C, H, W) in [-1, 1] as a PNG file.
/// @param images  of xtensor, Eigen's Tensor, or a view (see ArrayRef)
/// @throws ShapeError if there is no picture n, or it has more than 4 channels; FileError if the file cannot be written
inline void write_png(const std::filesystem::path& path, const ArrayRef<const float, 4>& images, Index n) {
    write_png(path, to_uint8(images.view(), n));
}

/// Writes a batch of pictures to one PNG file: a single picture as it is, several as a grid, row by row. read_picture()
/// gives a single picture back, rounded to 8 bits.
/// @param pictures  (N, C, H, W) or (C, H, W) in [-1, 1], C from 1 to 4; of xtensor, Eigen's Tensor, or a view
/// @param columns   of the grid; 0 for the square root of N, rounded up, as in the official code
/// @throws ValueError if the name does not end with .png, or columns is negative
/// @throws ShapeError if there is no picture, or C is out of range; FileError if the file cannot be written
inline void write_picture(const std::filesystem::path& path, const ArrayRef<const float, 4, 3>& pictures,
                          int columns = 0) {
    if (!has_ending(path.string(), ".png"))
        throw ValueError(text(path.string(), ": ends with \"", path.extension().string(), "\", expected .png"));
    if (columns < 0) throw ValueError(text(path.string(), ": number of columns is ", columns, ", expected at least 0"));
    View<const float, 4> batch;
    if (pictures.rank() == 4)
        batch = pictures.view<4>();
    else
        batch = pictures.view<3>().as(1, pictures.extent(0), pictures.extent(1), pictures.extent(2));
    const Index n = batch.extent(0), channels = batch.extent(1);
    if (batch.size() == 0)
        throw ShapeError(text(path.string(), ": the batch has no pixels, expected at least one picture"));
    if (channels > 4)
        throw ShapeError(text(path.string(), ": the pictures have ", channels, " channels, expected 1 to 4"));
    if (columns == 0)
        while (Index{columns} * columns < n) ++columns;
    const int rows = static_cast<int>((n + columns - 1) / columns);
    write_png(path, image_grid(to_uint8(batch), columns, rows));
}

}  // namespace stylegan
