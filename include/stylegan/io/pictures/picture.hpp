// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/arrays.hpp>
#include <stylegan/io/pictures/image.hpp>
#include <stylegan/io/pictures/png.hpp>
#include <stylegan/io/pictures/to_uint8.hpp>

#include <filesystem>

namespace stylegan {

/// Writes picture n of a batch (N, C, H, W) as a generator makes them as a PNG file; the batch is of xtensor, Eigen's Tensor, or a
/// view (see ArrayRef). @throws ShapeError or FileError
inline void write_png(const std::filesystem::path& path, const ArrayRef<const float, 4>& images, Index n) {
    write_png(path, to_uint8(images.view(), n));
}

}  // namespace stylegan
