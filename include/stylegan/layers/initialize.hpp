// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/parameter.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/random_normal.hpp>

#include <cstdint>
#include <vector>

namespace stylegan {

/// Gives every parameter of a layer or network its initial value. A seed gives the same values on every device.
template <class Layer, class Device>
void initialize(Layer& layer, Context<Device>& context, std::uint64_t seed) {
    std::uint32_t number = 0;
    for_each_parameter(layer, [&](const std::string&, Parameter<Device>& p) {
        const RandomStream stream(seed, 0, Purpose::initial_values, number++);
        const Initial initial = p.initial();
        using Scalar = typename Device::Scalar;
        std::vector<Scalar> values(static_cast<std::size_t>(p.size()), static_cast<Scalar>(initial.mean));
        if (initial.standard_deviation > 0) {
            constexpr Index block = 4096;
            context.parallel_for((p.size() + block - 1) / block, [&](Index item) {
                for (Index i = item * block, end = std::min(i + block, p.size()); i < end; ++i)
                    values[static_cast<std::size_t>(i)] = static_cast<Scalar>(
                        initial.mean +
                        initial.standard_deviation * static_cast<double>(stream.normal(static_cast<std::uint64_t>(i))));
            });
        }
        context.upload(values.data(), p.size(), p.value().data());
    });
}

}  // namespace stylegan
