// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/file_format.hpp>
#include <stylegan/io/files/parse_json.hpp>
#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/io/networks/foreign_networks.hpp>
#include <stylegan/io/networks/genforce.hpp>
#include <stylegan/io/networks/huangzh13.hpp>
#include <stylegan/io/networks/infer_architecture.hpp>
#include <stylegan/io/networks/network_file.hpp>
#include <stylegan/io/networks/official_pickle.hpp>
#include <stylegan/io/networks/open_network_file.hpp>
#include <stylegan/io/networks/port_discriminators.hpp>
#include <stylegan/io/networks/rosinality.hpp>
#include <stylegan/io/pickle/torch_file.hpp>
#include <stylegan/io/tensors/safetensors.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

namespace detail {

inline VariableShapes shapes_below(const NamedTensors& tensors, const std::string& prefix) {
    VariableShapes shapes;
    for (const std::string& name : tensors.names())
        if (name.starts_with(prefix)) shapes.emplace(name.substr(prefix.size()), tensors.shape(name));
    return shapes;
}

/// The networks of a PyTorch program, recognised by the names of the tensors; nothing for other tensors.
/// @throws FormatError also if there is only a discriminator
inline std::optional<NetworkFile> networks_of_port(const NamedTensors& tensors, ExtraTensors extra) {
    if (auto networks = networks_of_rosinality(tensors, extra)) return networks;
    if (auto networks = networks_of_huangzh13(tensors, extra)) return networks;
    if (auto networks = networks_of_genforce(tensors, extra)) return networks;
    if (const auto discriminator = port_discriminator(tensors))
        throw FormatError(text(tensors.path().string(), ": has ", *discriminator, "; expected a generator"));
    return std::nullopt;
}

/// The networks of a PyTorch file.
inline NetworkFile networks_of_torch(const std::filesystem::path& path, ExtraTensors extra) {
    const NamedTensors tensors = read_torch(path);
    if (auto networks = networks_of_port(tensors, extra)) {
        constexpr std::size_t most = 5;
        for (std::size_t i = 0; i < std::min(most, tensors.opaque().size()); ++i) {
            const auto& [name, type, module] = tensors.opaque()[i];
            networks->passed_over += text(i > 0 ? ", " : "", excerpt(name), " (", excerpt(type), ')');
        }
        if (tensors.opaque().size() > most) networks->passed_over += " ...";
        return *networks;
    }
    throw FormatError(text(path.string(), ": ", words_of_foreign_tensors(tensors)));
}

/// @throws ExtraTensorsError if a tensor belongs neither to a network nor to the training state
inline void refuse_tensors_of_no_network(const NamedTensors& tensors) {
    std::vector<std::string> surplus;
    for (const std::string& name : tensors.names())
        if (!name.starts_with("Gs/") && !name.starts_with("G/") && !name.starts_with("D/") &&
            !name.starts_with("training/"))
            surplus.push_back(name);
    refuse_extra_tensors(tensors.path(), surplus);
}

/// The networks of a safetensors file. The architecture is in the metadata, or else is inferred from the shapes.
inline NetworkFile networks_of_safetensors(const SafetensorsFile& file, ExtraTensors extra) {
    NetworkFile out;
    out.format = "safetensors";
    out.tensors = named_tensors(file);
    out.metadata = file.metadata();
    out.average_is_missing = out.metadata.count("w_average") > 0 && out.metadata["w_average"] == "missing";
    const std::string where = file.path().string();
    const auto found = out.metadata.find("architecture");
    if (found != out.metadata.end()) {
        const nlohmann::json json = parse_json(found->second, where + ": the metadata's \"architecture\"");
        out.generator = out.discriminator = architecture_from_json(json, where + ": architecture");
        if (extra == ExtraTensors::refused) refuse_tensors_of_no_network(out.tensors);
        return out;
    }
    VariableShapes generator = shapes_below(out.tensors, "Gs/");
    if (generator.empty()) generator = shapes_below(out.tensors, "G/");
    const VariableShapes discriminator = shapes_below(out.tensors, "D/");
    if (generator.empty() && discriminator.empty()) {
        if (auto port = networks_of_port(out.tensors, extra)) return *port;  // with names of a PyTorch program
        if (const auto what = foreign_network(out.tensors))
            throw FormatError(text(where, ": holds ", *what, "; ", networks_that_are_read));
        throw FormatError(text(where, ": has no tensors \"Gs/...\", \"G/...\" or \"D/...\", expected a network; ",
                               networks_that_are_read));
    }
    if (extra == ExtraTensors::refused) refuse_tensors_of_no_network(out.tensors);
    InferredArchitecture inferred = infer_architecture(generator, discriminator, where);
    out.generator = out.discriminator = inferred.architecture;
    out.assumed = std::move(inferred.assumed);
    return out;
}

}  // namespace detail

STYLEGAN_INLINE NetworkFile open_network_file(const std::filesystem::path& path, ExtraTensors extra) {
    switch (detail::file_format(path)) {
        case detail::FileFormat::pickle: return read_official_pickle(path);
        case detail::FileFormat::torch: return detail::networks_of_torch(path, extra);
        case detail::FileFormat::safetensors: break;
    }
    return detail::networks_of_safetensors(SafetensorsFile(path), extra);
}

}  // namespace stylegan
