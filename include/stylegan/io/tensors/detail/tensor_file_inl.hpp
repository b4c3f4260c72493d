// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/file_format.hpp>
#include <stylegan/io/pickle/pickle_file.hpp>
#include <stylegan/io/pickle/torch_file.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/io/tensors/tensor_file.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace stylegan {

namespace detail {

/// Adds the variables of a network in the official state format, then those of its components: in the state's own order,
/// whatever the network computes.
/// @param count  of the networks so far: they may be components of each other, so that a few stand for any number
inline void add_variables_of_network(NamedTensors& out, PickleValue network, const std::string& prefix, int& count) {
    if (!network.is_object()) network.fail(text("is ", network.kind(), ", expected a network"));
    if (++count > 100) network.fail("is the hundredth network and not the last, more than any file has");
    const PickleValue state = network.state();
    if (const auto variables = state.find("variables"))
        for (std::size_t i = 0; i < variables->size(); ++i) {
            const PickleValue pair = (*variables)[i];
            if (pair.size() != 2 || !pair[1].is_array()) pair.fail("is not a variable's name and its array");
            out.add(text(prefix, pair[0].characters()), pair[1].array());
        }
    if (const auto components = state.find("components"))
        for (std::size_t i = 0; i < components->size(); ++i) {
            const auto [name, part] = components->entry(i);
            add_variables_of_network(out, part, text(prefix, name.characters(), '/'), count);
        }
}

}  // namespace detail

STYLEGAN_INLINE NamedTensors read_tensor_file(const std::filesystem::path& path) {
    switch (detail::file_format(path)) {
        case detail::FileFormat::torch: return read_torch(path);
        case detail::FileFormat::pickle: {
            const auto file = std::make_shared<const PickleFile>(path);
            NamedTensors tensors(path, file);
            int count = 0;
            detail::add_variables_of_network(tensors, file->root(), "", count);
            return tensors;
        }
        case detail::FileFormat::safetensors: break;
    }
    return named_tensors(std::make_shared<const SafetensorsFile>(path));
}

}  // namespace stylegan
