// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/arrays.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/io/pictures/halvings.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace stylegan {

/// The real pictures of a training run: a data set, arrays, or your own functions (a camera, a formula). The trainer
/// calls the functions in several threads at once.
struct PictureSource {
    Index size = 0;      ///< number of pictures
    Size resolution{};   ///< height and width of every picture, in pixels
    int channels = 3;    ///< colour channels of every picture
    int label_size = 0;  ///< number of classes; 0 without labels
    /// Writes picture i at 1/2^halvings of its resolution: (C, H, W), values 0 to 255.
    std::function<void(Index i, int halvings, std::span<std::uint8_t> pixels)> picture{};
    /// Writes the label of picture i, (label_size). Not called without labels.
    std::function<void(Index i, std::span<float> label)> label{};
};

/// A source of pictures in memory. The arrays are copied.
/// @param pictures  (N, C, H, W), values 0 to 255; of xtensor, Eigen's Tensor, or a view
/// @param labels    (N, classes), or {}
/// @throws ShapeError if the numbers of labels and pictures differ
[[nodiscard]] inline PictureSource picture_source(const ArrayRef<const std::uint8_t, 4>& pictures,
                                                  const ArrayRef<const float, 2>& labels = {}) {
    if (labels.size() > 0) require_equal("picture_source", "labels", labels.extent(0), pictures.extent(0));
    struct Kept {
        Array<std::uint8_t, 4> pictures;
        Array<float, 2> labels;
    };
    const auto kept = std::make_shared<const Kept>(Kept{pictures, labels});
    const Maps<const std::uint8_t> all = view_of(kept->pictures);
    const Rows<const float> rows = view_of(kept->labels);
    PictureSource source{.size = all.extent(0),
                         .resolution = {static_cast<int>(all.extent(2)), static_cast<int>(all.extent(3))},
                         .channels = static_cast<int>(all.extent(1)),
                         .label_size = static_cast<int>(rows.extent(1))};
    source.picture = [kept, all](Index i, int halvings, std::span<std::uint8_t> pixels) {
        const Maps<const std::uint8_t> one = all.part(i, 1);
        const std::vector<std::uint8_t> small =
            halve_planes({one.data, one.data + one.size()}, static_cast<int>(one.extent(1)),
                         static_cast<int>(one.extent(2)), static_cast<int>(one.extent(3)), halvings);
        std::copy(small.begin(), small.end(), pixels.begin());
    };
    source.label = [kept, rows](Index i, std::span<float> label) {
        std::copy_n(rows.part(i, 1).data, label.size(), label.begin());
    };
    return source;
}

}  // namespace stylegan
