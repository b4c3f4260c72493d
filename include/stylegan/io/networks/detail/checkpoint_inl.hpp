// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/networks/architecture_differences.hpp>
#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/networks/infer_architecture.hpp>
#include <stylegan/io/networks/level_of_detail.hpp>
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
    if (!has("Gs") && !has("G") && !has("D"))
        throw FormatError(text(path.string(), ": holds no network (", format(), ", ", file().names().size(),
                               " tensors), expected a generator or a discriminator"));
    for (const char* network : {"Gs", "G", "D"})
        if (has(network)) check_widths(network);
}

STYLEGAN_INLINE std::vector<std::string> Checkpoint::assumed() const {
    return InferredArchitecture{architecture(), file_.assumed}.assumptions();
}

STYLEGAN_INLINE double Checkpoint::level() const {
    const std::vector<double> lod = file().read_double(prefix_of(NetworkKind::generator) + "lod");
    return lod.empty() ? 0 : lod[0];
}

STYLEGAN_INLINE std::string Checkpoint::level_note() const {
    if (!has("Gs") && !has("G")) return {};
    const Architecture& a = architecture(NetworkKind::generator);
    const std::string prefix = prefix_of(NetworkKind::generator);
    const auto words_of = [&](double lod) {
        const int stage = a.stages() - 1 - static_cast<int>(lod);
        return text(lod,
                    stage >= 0 ? text(" (pictures of ", detail::size_of_stage(a.base, stage), ')') : std::string());
    };
    if (!file_.level.basis.empty())
        return file_.level.doubtful ? text("does not say its level of detail; assumed: ", words_of(file_.level.lod),
                                           ", since ", file_.level.basis)
                                    : std::string();
    if (a.progressive_gan || !file().contains(prefix + "lod")) return {};
    const double lod = level();
    const std::string against =
        detail::contradiction_of_level(file(), prefix + "G_synthesis/", a.base, a.stages(), lod);
    return against.empty() ? std::string()
                           : text("says that its level of detail is ", words_of(lod), ", but ", against);
}

STYLEGAN_INLINE void Checkpoint::require_level(double lod) const {
    const Architecture& a = architecture(NetworkKind::generator);
    const std::string where = file().path().string(), prefix = prefix_of(NetworkKind::generator);
    if (!(lod >= 0 && lod <= a.max_lod()))
        throw ValueError(text(where, ": level of detail is ", lod, ", expected 0 to ", a.max_lod(), ", since it has ",
                              a.stages(), a.stages() == 1 ? " resolution" : " resolutions"));
    const int finest = a.stages() - 1 - static_cast<int>(lod),
              coarsest = lod > static_cast<int>(lod) ? finest - 1 : finest;
    for (int s = coarsest; s <= finest; ++s) {
        const std::string name = prefix + detail::variables::to_rgb(a.progressive_gan ? "" : "G_synthesis/", a, s);
        if (lod > 0 && !detail::any_number_but_zero(file(), name))
            throw ValueError(text(where, ": level of detail is ", lod, ", expected 0: it has no to_rgb layer for ",
                                  detail::size_of_stage(a.base, s), ", as programs leave them out of grown networks"));
    }
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
