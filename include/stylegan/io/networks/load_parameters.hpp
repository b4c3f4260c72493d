// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/buffer.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/core/parameter.hpp>
#include <stylegan/io/tensors/extra_tensors.hpp>
#include <stylegan/io/tensors/stored_array.hpp>

#include <set>
#include <string>
#include <type_traits>
#include <vector>

namespace stylegan {

/// Loads every parameter of a layer or network from the tensor named `prefix` + its name.
/// @param file   a SafetensorsFile, or NamedTensors of any other format
/// @param layer  any type with visit(): see for_each_parameter
/// @param extra  what happens if there are further tensors with this prefix
/// @throws FormatError if a tensor is missing or has another shape ([] and [1] are the same), ExtraTensorsError for
///         further tensors. Some parameters may be loaded by then
template <class File, class Layer>
void load_parameters(const File& file, const std::string& prefix, Layer& layer,
                     ExtraTensors extra = ExtraTensors::refused) {
    std::set<std::string> loaded;
    for_each_parameter(layer, [&]<class Device>(const std::string& name, Parameter<Device>& p) {
        using Scalar = typename Device::Scalar;
        const std::string full = prefix + name;
        if (!file.contains(full))
            throw FormatError(text(file.path().string(), ": has no tensor \"", full, "\", expected one of shape ",
                                   shape_text(p.shape())));
        const std::vector<Index>& shape = file.shape(full);
        const bool single = shape.size() + p.shape().size() == 1 && p.size() == 1;  // [] and [1]
        const std::vector<Index>& stored = single ? shape : p.shape();
        if constexpr (std::is_same_v<typename Parameter<Device>::Buffer, HostBuffer<Scalar>>) {
            file.read_into(full, stored, p.value().data());
        } else {
            std::vector<Scalar> values(static_cast<std::size_t>(p.size()));
            file.read_into(full, stored, values.data());
            upload(values, p.value());
        }
        loaded.insert(full);
    });

    if (extra == ExtraTensors::ignored) return;
    std::vector<std::string> surplus;
    for (const std::string& name : file.names())
        if (name.starts_with(prefix) && loaded.count(name) == 0) surplus.push_back(name);
    refuse_extra_tensors(file.path(), surplus);
}

}  // namespace stylegan
