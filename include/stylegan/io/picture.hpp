// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>
#include <stylegan/io/image.hpp>
#include <stylegan/io/png.hpp>
#include <stylegan/io/to_uint8.hpp>

#include <xtensor/xtensor.hpp>

#include <filesystem>
#include <vector>

namespace stylegan {

namespace detail {
inline Maps<const float> as_maps(const xt::xtensor<float, 4>& x) {
    return {x.data(),
            {static_cast<Index>(x.shape(0)), static_cast<Index>(x.shape(1)), static_cast<Index>(x.shape(2)),
             static_cast<Index>(x.shape(3))}};
}
}  // namespace detail

/// Picture n of a batch (N, C, H, W) as a generator makes them. @throws ShapeError
[[nodiscard]] inline Image to_uint8(const xt::xtensor<float, 4>& images, Index n) {
    return to_uint8(detail::as_maps(images), n);
}

/// All pictures of a batch (N, C, H, W). @throws ShapeError
[[nodiscard]] inline std::vector<Image> to_uint8(const xt::xtensor<float, 4>& images) {
    return to_uint8(detail::as_maps(images));
}

/// Writes picture n of a batch (N, C, H, W) as a PNG file. @throws ShapeError or FileError
inline void write_png(const std::filesystem::path& path, const xt::xtensor<float, 4>& images, Index n) {
    write_png(path, to_uint8(images, n));
}

}  // namespace stylegan
