// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/datasets/dataset.hpp>
#include <stylegan/training/picture_source.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

namespace stylegan {

/// The pictures of a data set. The result keeps the data set open.
/// @param labels  whether to use its labels
[[nodiscard]] inline PictureSource picture_source(const std::shared_ptr<const Dataset>& data, bool labels = true) {
    PictureSource source{.size = static_cast<Index>(data->size()),
                         .resolution = {data->height(), data->width()},
                         .channels = data->channels(),
                         .label_size = labels ? data->label_size() : 0};
    source.picture = [data](Index i, int halvings, std::span<std::uint8_t> pixels) {
        const std::vector<std::uint8_t> picture = data->picture(static_cast<std::size_t>(i), halvings);
        std::copy(picture.begin(), picture.end(), pixels.begin());
    };
    source.label = [data](Index i, std::span<float> label) {
        const std::vector<float> values = data->label(static_cast<std::size_t>(i));
        std::copy(values.begin(), values.end(), label.begin());
    };
    return source;
}

/// The pictures of a folder or zip archive, with labels if it has any.
/// @throws FileError, FormatError as Dataset
[[nodiscard]] inline PictureSource picture_source(const std::filesystem::path& path, bool labels = true) {
    return picture_source(std::make_shared<const Dataset>(path, DatasetOptions{.labels = labels}), labels);
}

}  // namespace stylegan
