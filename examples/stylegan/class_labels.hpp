// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <xtensor/xtensor.hpp>

#include <algorithm>
#include <cstddef>

namespace stylegan::examples {

/// The labels of `count` pictures of class k: 1 at k, otherwise 0, (count, classes).
[[nodiscard]] inline xt::xtensor<float, 2> labels_of_class(std::size_t count, int classes, int k) {
    auto labels = xt::xtensor<float, 2>::from_shape({count, static_cast<std::size_t>(classes)});
    std::fill_n(labels.data(), labels.size(), 0.0f);
    for (std::size_t i = 0; i < count; ++i) labels(i, static_cast<std::size_t>(k)) = 1;
    return labels;
}

}  // namespace stylegan::examples
