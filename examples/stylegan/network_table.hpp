// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/parameter.hpp>

#include <iosfwd>
#include <string>
#include <vector>

namespace stylegan::examples {

/// A parameter as a table needs it.
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

/// A layer of a network: what shares a name up to "8x8/Conv0_up" or "Dense3".
struct LayerRow {
    std::string name;
    Index parameters = 0;       ///< trainable numbers
    std::vector<Index> output;  ///< without the batch: (C, H, W) or (length)
    std::vector<Index> weight;  ///< shape of its main weight; empty for a layer without
};

/// The layers of a generator or discriminator in the order of its variables; w average, noise maps and lod are left out.
[[nodiscard]] std::vector<LayerRow> layer_rows(const Architecture& a, const std::vector<Variable>& variables);

/// A table as the official print_layers() gives it: layer, parameters, output shape, weight shape, and the total.
void print_layers(std::ostream& out, const std::string& title, const Architecture& a,
                  const std::vector<Variable>& variables);

}  // namespace stylegan::examples
