// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/parameter.hpp>
#include <stylegan/device/profile.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace stylegan::examples {

/// "12.5 MiB"
[[nodiscard]] std::string text_of_bytes(std::size_t bytes);

/// A number with so many significant digits: "0.1235".
[[nodiscard]] std::string text_of_number(double x, int digits);

/// Name and shape of a parameter.
struct Variable {
    std::string name;
    std::vector<Index> shape;
    bool trainable = true;
};

template <class Network>
[[nodiscard]] std::vector<Variable> variables(const Network& network) {
    std::vector<Variable> all;
    for_each_parameter(network, [&](const std::string& name, const auto& p) {
        all.push_back({name, p.shape(), p.trainable()});
    });
    return all;
}

/// A layer of a network: the parameters that share a name such as "8x8/Conv0_up" or "Dense3".
struct LayerRow {
    std::string name;
    Index parameters = 0;       ///< trainable numbers
    std::vector<Index> output;  ///< without the batch: (C, H, W) or (length)
    std::vector<Index> weight;  ///< shape of its main weight; empty if it has none
};

/// The layers of a generator or discriminator in the order of its parameters, without w average, noise maps and lod.
[[nodiscard]] std::vector<LayerRow> layer_rows(const Architecture& a, const std::vector<Variable>& variables);

/// The table of the official print_layers(): layer, parameters, output shape, weight shape, and the total.
void print_layers(std::ostream& out, const std::string& title, const Architecture& a,
                  const std::vector<Variable>& variables);

/// Prints a line for each layer and one for all: milliseconds, share, rates and bytes.
void print_profile(const Profile& profile);

/// The layers of `profile`: "layer", "seconds", "multiply_adds" and "bytes", each for one call.
[[nodiscard]] nlohmann::ordered_json profile_json(const Profile& profile);

}  // namespace stylegan::examples
