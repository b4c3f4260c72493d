// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/numpy_random_state.hpp>
#include <stylegan/io/tensors/safetensors_writer.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace test {

/// Writes a VGG16 of random weights under PyTorch's names, with LPIPS heads if asked for, as features for tests. The width
/// is small; 64 would pass for the published network.
inline void write_vgg(const std::filesystem::path& path, int width, bool heads, const std::string& without = {}) {
    constexpr std::array numbers{0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28};
    constexpr std::array multiples{1, 1, 2, 2, 4, 4, 4, 8, 8, 8, 8, 8, 8};
    constexpr std::array of_heads{1, 2, 4, 8, 8};
    stylegan::NumpyRandomState random(1);
    std::vector<std::vector<float>> kept;
    kept.reserve(64);
    stylegan::SafetensorsWriter writer;
    const auto add = [&](const std::string& name, std::vector<stylegan::Index> shape, double spread, double mean) {
        if (name == without) return;
        std::size_t size = 1;
        for (const auto e : shape) size *= static_cast<std::size_t>(e);
        std::vector<float>& values = kept.emplace_back(size);
        for (float& v : values) v = static_cast<float>(mean + spread * random.randn());
        writer.add(name, std::move(shape), values.data());
    };
    int in = 3;
    for (std::size_t k = 0; k < numbers.size(); ++k) {
        const int out = width * multiples[k];
        add("features." + std::to_string(numbers[k]) + ".weight", {out, in, 3, 3}, std::sqrt(2.0 / (9 * in)), 0);
        add("features." + std::to_string(numbers[k]) + ".bias", {out}, 0, 0.1);
        in = out;
    }
    for (std::size_t s = 0; heads && s < of_heads.size(); ++s)
        add("lin" + std::to_string(s) + ".model.1.weight", {1, width * of_heads[s], 1, 1}, 0,
            1.0 / (width * of_heads[s]));
    writer.write(path);
}

}  // namespace test
