// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/view.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace stylegan {

/// Where a trainer takes real pictures from: a data set, a camera, a formula. The functions may be called by several
/// threads at once.
struct PictureSource {
    Index size = 0;     ///< number of pictures
    Size resolution{};  ///< of every picture
    int channels = 3;
    int label_size = 0;  ///< 0 without labels
    /// Picture i at 1/2^halvings of its resolution, (C, H, W), 0 to 255.
    std::function<void(Index i, int halvings, std::span<std::uint8_t> pixels)> picture{};
    /// The label of picture i, (label_size); not called without labels.
    std::function<void(Index i, std::span<float> label)> label{};
};

}  // namespace stylegan
