// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>
#include <stylegan/io/tensors/safetensors.hpp>

#include <set>
#include <string>
#include <vector>

namespace golden {

/// Features of pictures that a file holds, or that were made.
struct FeatureSet {
    std::vector<float> values;
    stylegan::Index count = 0, width = 0;

    FeatureSet() = default;
    FeatureSet(const stylegan::SafetensorsFile& file, const std::string& name)
        : values(file.read_float(name)), count(file.shape(name).at(0)), width(file.shape(name).at(1)) {}

    [[nodiscard]] stylegan::Rows<const float> rows() const { return {values.data(), {count, width}}; }
};

/// "n50_d8" of every tensor "in/n50_d8/...".
inline std::set<std::string> set_names(const stylegan::SafetensorsFile& file) {
    std::set<std::string> names;
    for (const std::string& name : file.names())
        if (name.starts_with("in/")) names.insert(name.substr(3, name.find('/', 3) - 3));
    return names;
}

}  // namespace golden
