// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/networks/architecture_differences.hpp>
#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/networks/infer_architecture.hpp>
#include <stylegan/io/networks/open_network_file.hpp>
#include <stylegan/io/networks/size_defining_shapes.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace stylegan {

STYLEGAN_INLINE std::string detail::architecture_text(const Architecture& a) { return architecture_to_json(a).dump(); }

STYLEGAN_INLINE Checkpoint::Checkpoint(const std::filesystem::path& path, ExtraTensors extra)
    : file_(open_network_file(path, extra)), extra_(extra) {
    for (const char* network : {"Gs", "G", "D"})
        if (has(network)) check_widths(network);
}

STYLEGAN_INLINE std::vector<std::string> Checkpoint::assumed() const {
    return InferredArchitecture{architecture(), file_.assumed}.assumptions();
}

STYLEGAN_INLINE std::string Checkpoint::prefix_of(NetworkKind kind) const {
    if (kind == NetworkKind::discriminator) {
        if (has("D")) return "D/";
        throw FormatError(text(file().path().string(), ": has no tensors \"D/...\", expected a discriminator"));
    }
    if (has("Gs")) return "Gs/";
    if (has("G")) return "G/";
    throw FormatError(text(file().path().string(), ": has no tensors \"Gs/...\" or \"G/...\", expected a generator"));
}

STYLEGAN_INLINE void Checkpoint::check_architecture(const Architecture& expected, NetworkKind kind) const {
    const nlohmann::ordered_json here = architecture_to_json(architecture(kind)),
                                 there = architecture_to_json(expected);
    std::string list;
    for (const std::string& key : architecture_differences(architecture(kind), expected, kind))
        if (std::find(file_.assumed.begin(), file_.assumed.end(), key) == file_.assumed.end())
            list += text(list.empty() ? "" : "; ", key, " is ", here[key].dump(), ", expected ", there[key].dump());
    if (!list.empty())
        throw FormatError(text(file().path().string(), ": has a network of another architecture: ", list));
}

STYLEGAN_INLINE void Checkpoint::check_widths(const std::string& network) const {
    const NetworkKind kind = network == "D" ? NetworkKind::discriminator : NetworkKind::generator;
    for (const auto& [name, shape] : size_defining_shapes(architecture(kind), kind)) {
        const std::string full = network + "/" + name;
        if (!file().contains(full))
            throw FormatError(text(file().path().string(), ": has no tensor \"", full, "\", expected one of shape ",
                                   shape_text(shape)));
        if (const auto& found = file().shape(full); found != shape)
            throw FormatError(text(file().path().string(), ": tensor \"", full, "\" has shape ", shape_text(found),
                                   ", expected ", shape_text(shape), " for the architecture of the file"));
    }
}

}  // namespace stylegan
