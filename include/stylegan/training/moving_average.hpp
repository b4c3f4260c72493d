// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/parameter.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/adam.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace stylegan {

/// The share of the old average that is kept after a minibatch.
/// @param pictures        pictures in the minibatch
/// @param half_life_kimg  half-life of the average, in thousands of pictures; 0: the average is the network itself
/// @return                in [0, 1)
[[nodiscard]] inline double ema_beta(double pictures, double half_life_kimg) {
    return half_life_kimg > 0 ? std::pow(0.5, pictures / (half_life_kimg * 1000)) : 0.0;
}

/// average <- network + beta (average - network) for trained parameters. The others (w average, lod, noise maps) are
/// copied.
/// @param beta  share of the old average; see ema_beta()
/// @see Karras et al. (2018), section 6.1: exponential running average of the generator's weights
template <class Network, class Device>
void update_average(Context<Device>& context, Network& average, const Network& network, double beta) {
    std::vector<const Parameter<Device>*> from;
    for_each_parameter(network, [&](const std::string&, const Parameter<Device>& p) { from.push_back(&p); });
    std::size_t i = 0;
    for_each_parameter(average, [&](const std::string&, Parameter<Device>& p) {
        ops::average_into(context, p.size(), p.value().data(), from[i]->value().data(),
                          static_cast<typename Device::Scalar>(p.trainable() ? beta : 0));
        ++i;
    });
}

}  // namespace stylegan
