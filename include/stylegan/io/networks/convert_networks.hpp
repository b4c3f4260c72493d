// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/files/has_ending.hpp>
#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/io/networks/official_pickle_writer.hpp>
#include <stylegan/io/networks/open_network_file.hpp>
#include <stylegan/io/networks/rosinality_writer.hpp>
#include <stylegan/io/tensors/safetensors_writer.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace stylegan {

/// Writes the networks of a file, without training state. The extension of `path`, whatever its case, selects the format: `.safetensors`,
/// the library's own; `.pkl`, the official TensorFlow release; `.pt`, `.pth` or `.model`,
/// rosinality/style-based-gan-pytorch.
/// @throws ValueError if the extension is another one, or the format cannot represent these networks
/// @throws FileError if the file cannot be written
inline void write_networks(const std::filesystem::path& path, const NetworkFile& networks) {
    const std::string ending = path.extension().string();
    if (has_ending(ending, ".pkl")) return write_official_pickle(path, networks);
    for (const char* of_pytorch : {".pt", ".pth", ".model"})
        if (has_ending(ending, of_pytorch)) return write_rosinality(path, networks);
    if (has_ending(ending, ".onnx"))
        throw ValueError(text(path.string(), ": an ONNX model is of one generator, expected write_onnx() for it"));
    if (!has_ending(ending, ".safetensors"))
        throw ValueError(text(path.string(), ": ends with \"", ending,
                              "\", expected .safetensors, .pkl, .pt, .pth, .model or .onnx"));
    SafetensorsWriter writer;
    std::vector<std::vector<float>> values;  // they must stay in place until the file is written
    values.reserve(networks.tensors.names().size());
    bool generator = false;
    for (const std::string& name : networks.tensors.names()) {
        if (!name.starts_with("Gs/") && !name.starts_with("G/") && !name.starts_with("D/")) continue;
        generator = generator || !name.starts_with("D/");
        values.push_back(networks.tensors.read_float(name));
        writer.add(name, networks.tensors.shape(name), values.back().data());
    }
    const NetworkKind kind = generator ? NetworkKind::generator : NetworkKind::discriminator;
    writer.metadata("architecture", architecture_to_json(networks.architecture(kind)).dump());
    if (networks.average_is_missing) writer.metadata("w_average", "missing");
    writer.write(path);
}

}  // namespace stylegan
