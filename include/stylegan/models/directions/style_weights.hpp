// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/eigen.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/core/parameter.hpp>
#include <stylegan/core/view.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace stylegan {

/// The style weights (`StyleMod/weight`) of some layers of a generator side by side, as they are stored, for sefa().
/// @param generator  a generator or a synthesis network, on any device
/// @param layers     indices, from 0
/// @return           (w_size, twice the feature maps of all layers)
/// @throws ValueError if there is no layer, or the network has no such layer or no styles
template <class G>
[[nodiscard]] Eigen::MatrixXd style_weights(const G& generator, const std::vector<int>& layers) {
    std::vector<Eigen::MatrixXd> all;
    for_each_parameter(generator, [&]<class Device>(const std::string& name, const Parameter<Device>& p) {
        if (!name.ends_with("StyleMod/weight")) return;
        const auto values = download(p.value());
        using Rows = Eigen::Matrix<typename Device::Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
        all.push_back(Eigen::Map<const Rows>(values.data(), p.shape()[0], p.shape()[1]).template cast<double>());
    });
    if (all.empty()) throw ValueError("style_weights: the network has no styles");
    if (layers.empty()) throw ValueError("style_weights: there are no layers, expected at least 1");
    Index columns = 0;
    for (const int l : layers) {
        if (l < 0 || static_cast<std::size_t>(l) >= all.size())
            throw ValueError(text("style_weights: layer is ", l, ", expected 0 to ", all.size() - 1));
        columns += all[static_cast<std::size_t>(l)].cols();
    }
    Eigen::MatrixXd weights(all[0].rows(), columns);
    Index at = 0;
    for (const int l : layers) {
        const Eigen::MatrixXd& one = all[static_cast<std::size_t>(l)];
        weights.middleCols(at, one.cols()) = one;
        at += one.cols();
    }
    return weights;
}

}  // namespace stylegan
