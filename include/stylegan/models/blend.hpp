// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/parameter.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/models/parameter_layers.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace stylegan {

/// Shares of another network for blend() that rise from 0 to 1 around a layer, by a logistic curve.
///
///     share(l) = 1 / (1 + exp(-(l - first + 1/2) / width))
///
/// @param layers  number of layers
/// @param first   the first layer whose share is more than a half
/// @param width   0: a step from 0 to 1
/// @see Pinkney, Adler, "Resolution Dependent GAN Interpolation for Controllable Image Synthesis" (2020)
[[nodiscard]] inline std::vector<double> blend_shares(int layers, int first, double width = 0) {
    std::vector<double> shares;
    for (int l = 0; l < layers; ++l) {
        const double distance = l - first + 0.5;
        shares.push_back(width > 0 ? 1 / (1 + std::exp(-distance / width)) : distance > 0 ? 1.0 : 0.0);
    }
    return shares;
}

/// Mixes two generators layer by layer: each parameter of layer l becomes `(1 - share[l]) own + share[l] other`, computed
/// in double precision. Where a share is 0 or 1, it is one of the two, bit for bit. The mapping network, the average w
/// and the level of detail stay.
/// @param generator  changed; on any device
/// @param other      of the same architecture and device
/// @param shares     of the other network in each layer
/// @throws ShapeError if the number of shares is not that of layers, or a parameter has another shape;
///         ValueError if a share is not finite
template <class G>
void blend(G& generator, const G& other, const std::vector<double>& shares) {
    const auto& a = generator.architecture();
    require_equal("blend", "number of shares", static_cast<Index>(shares.size()), Index{a.layers()});
    for (const double share : shares)
        if (!std::isfinite(share)) throw ValueError(text("blend: a share is ", share, ", expected finite numbers"));
    std::vector<const void*> others;
    for_each_parameter(other, [&](const std::string&, const auto& p) { others.push_back(&p); });
    std::size_t next = 0;
    for_each_parameter(generator, [&]<class P>(const std::string& name, P& p) {
        const P& from = *static_cast<const P*>(others.at(next++));
        if (from.shape() != p.shape())
            throw ShapeError(text("blend: ", name, " has another shape in the other network"));
        const auto layer = layer_of_parameter(a, name);
        const double share = layer ? shares[static_cast<std::size_t>(*layer)] : 0;
        if (share == 0) return;
        if (share == 1) {
            p.value() = from.value();
            return;
        }
        auto values = download(p.value());
        const auto added = download(from.value());
        using Scalar = typename decltype(values)::value_type;
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<Scalar>((1 - share) * static_cast<double>(values[i]) +
                                            share * static_cast<double>(added[i]));
        upload(values, p.value());
    });
}

}  // namespace stylegan
