// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/file_format.hpp>
#include <stylegan/io/pickle/pickle_file.hpp>
#include <stylegan/io/pickle/pickled_network.hpp>
#include <stylegan/io/pickle/torch_file.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/io/tensors/tensor_file.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace stylegan {

namespace detail {

/// Adds the variables of a pickled network, then those of its components.
/// @param count  networks so far. Networks may be components of each other, so a small file can describe very many
inline void add_network(NamedTensors& out, PickleValue network, const std::string& prefix, int& count) {
    const PickleValue state = network_state(network);
    if (++count > 100) network.fail("is network number 101, expected at most 100");
    if (const auto variables = state.find("variables")) add_variables(out, *variables, prefix);
    if (const auto components = state.find("components"))
        for (std::size_t i = 0; i < components->size(); ++i) {
            const auto [name, part] = components->entry(i);
            add_network(out, part, text(prefix, name.characters(), '/'), count);
        }
}

}  // namespace detail

namespace detail {

inline NamedTensors tensors_of_any_format(const std::filesystem::path& path) {
    switch (file_format(path)) {
        case FileFormat::torch: return read_torch(path);
        case FileFormat::pickle: {
            const auto file = std::make_shared<const PickleFile>(path);
            NamedTensors tensors(path, source_of(file));
            int count = 0;
            add_network(tensors, file->root(), "", count);
            return tensors;
        }
        case FileFormat::safetensors: break;
    }
    return named_tensors(SafetensorsFile(path));
}

}  // namespace detail

STYLEGAN_INLINE NamedTensors read_tensor_file(const std::filesystem::path& path) {
    NamedTensors tensors = detail::tensors_of_any_format(path);
    if (!tensors.names().empty()) return tensors;
    const auto& opaque = tensors.opaque();
    throw FormatError(text(path.string(), ": holds no tensors",
                           opaque.empty() ? "" : ", but an object of class " + detail::excerpt(opaque[0].type),
                           ", expected named tensors"));
}

}  // namespace stylegan
