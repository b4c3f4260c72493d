// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/models/any_generator.hpp>

#include <xtensor/xtensor.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

/// What the tests of projections share.
namespace projection_test {

inline constexpr stylegan::Architecture tiny{.resolution_log2 = 4,
                                             .fmap_base = 128,
                                             .fmap_max = 16,
                                             .latent_size = 12,
                                             .dlatent_size = 12,
                                             .mapping_layers = 2,
                                             .mapping_fmaps = 12};

/// The mean square difference from a target, and its gradient.
inline auto squares_to(const xt::xtensor<float, 4>& target) {
    return [target](const xt::xtensor<float, 4>& x, xt::xtensor<float, 4>& gradient) {
        double sum = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double d = static_cast<double>(x.data()[i]) - static_cast<double>(target.data()[i]);
            sum += d * d / static_cast<double>(x.size());
            gradient.data()[i] = static_cast<float>(2 * d / static_cast<double>(x.size()));
        }
        return sum;
    };
}

/// A generator in which all noise has one strength.
inline stylegan::AnyGenerator<stylegan::Cpu> generator_with_noise(float strength) {
    stylegan::AnyGenerator<stylegan::Cpu> g(tiny, 7, stylegan::Cpu{1});
    for_each_parameter(g, [&](const std::string& name, stylegan::Parameter<stylegan::Cpu>& p) {
        if (name.ends_with("Noise/weight")) std::fill(p.value().begin(), p.value().end(), strength);
    });
    return g;
}

}  // namespace projection_test
