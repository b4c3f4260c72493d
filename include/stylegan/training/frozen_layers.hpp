// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace stylegan {

/// The layers of the paper's discriminator in the order in which a picture of full resolution passes them, as the
/// beginnings of their parameters' names: "FromRGB_lod0/", "64x64/Conv0/", "64x64/Conv1_down/", and so on.
[[nodiscard]] inline std::vector<std::string> discriminator_layers(const Architecture& a) {
    std::vector<std::string> layers{"FromRGB_lod0/"};
    for (int stage = a.stages() - 1; stage > 0; --stage)
        for (const char* layer : {"/Conv0", "/Conv1_down"})
            layers.push_back(text(to_string(a.size(stage)), layer, '/'));
    for (const char* layer : {"/Conv/", "/Dense0/", "/Dense1/"}) layers.push_back(to_string(a.size(0)) + layer);
    return layers;
}

/// The first `count` of these layers: what Freeze-D leaves as it is when a trained discriminator learns other pictures.
/// @throws ValueError if there are fewer
/// @see Mo, Cho, Shin, "Freeze the Discriminator: a Simple Baseline for Fine-Tuning GANs" (2020)
[[nodiscard]] inline std::vector<std::string> frozen_layers(const Architecture& a, int count) {
    std::vector<std::string> layers = discriminator_layers(a);
    if (count < 0 || static_cast<std::size_t>(count) > layers.size())
        throw ValueError(text("training: freeze_d is ", count, ", expected 0 to ", layers.size(),
                              ", the layers of the discriminator"));
    layers.resize(static_cast<std::size_t>(count));
    return layers;
}

}  // namespace stylegan
