// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "options/options.hpp"
#include "printing/architecture_text.hpp"

#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/networks/convert_networks.hpp>
#include <stylegan/models/discriminator.hpp>
#include <stylegan/models/generator.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace stylegan::examples {
namespace {

struct ConvertOptions {
    std::filesystem::path source, dest;
    ExtraTensors extra = ExtraTensors::refused;
};

/// Adds the names of a network's tensors. @throws FormatError if one is not in the file
template <class Network>
void add_names(const Checkpoint& checkpoint, const std::string& prefix, const Network& network,
               std::set<std::string>& names) {
    for_each_parameter(network, [&](const std::string& name, const auto& p) {
        if (!checkpoint.file().contains(prefix + name))
            throw FormatError(text(checkpoint.file().path().string(), ": has no tensor \"", prefix, name,
                                   "\", expected one of shape ", shape_text(p.shape())));
        names.insert(prefix + name);
    });
}

/// The networks of a file, without tensors that belong to none. Compares names only.
NetworkFile networks_alone(const Checkpoint& checkpoint, ExtraTensors extra) {
    const auto context = std::make_shared<Context<Cpu>>(Cpu{.threads = 1});
    std::set<std::string> names;
    for (const char* network : {"Gs", "G"})
        if (checkpoint.has(network))
            add_names(checkpoint, text(network, '/'),
                      AnyGenerator<Cpu>(checkpoint.architecture(NetworkKind::generator), context, uninitialized),
                      names);
    if (checkpoint.has("D"))
        add_names(checkpoint, "D/",
                  AnyDiscriminator<Cpu>(checkpoint.architecture(NetworkKind::discriminator), context, uninitialized),
                  names);
    NetworkFile networks = checkpoint.networks();
    networks.tensors = NamedTensors(checkpoint.file().path(), checkpoint.file().file());
    std::vector<std::string> surplus;
    for (const std::string& name : checkpoint.file().names())
        if (names.count(name) > 0)
            networks.tensors.add(name, checkpoint.file()[name]);
        else if (!name.starts_with("training/"))
            surplus.push_back(name);
    if (extra == ExtraTensors::refused) refuse_extra_tensors(checkpoint.file().path(), surplus);
    return networks;
}

void convert(const ConvertOptions& o) {
    const Checkpoint checkpoint(o.source, o.extra);
    write_networks(o.dest, networks_alone(checkpoint, o.extra));
    const std::string assumed = listed(checkpoint.assumed());
    if (!assumed.empty())
        std::printf("%s does not store its whole architecture; assumed: %s\n", o.source.c_str(), assumed.c_str());
    if (!checkpoint.networks().left_out.empty())
        std::printf("%s has %s\n", o.source.c_str(), checkpoint.networks().left_out.c_str());
    std::printf("Converted %s (%s) to %s\n", o.source.c_str(), checkpoint.format().c_str(), o.dest.c_str());
}

}  // namespace

void add_convert(CLI::App& app) {
    const auto o = std::make_shared<ConvertOptions>();
    CLI::App& c = add_command(app, "convert", "Write networks in another format", [o] { convert(*o); });
    require(add_path(c, "--source", o->source, "FILE", "networks to read: .safetensors, .pkl, .pth, .model"));
    require(add_path(c, "--dest", o->dest, "FILE",
                     "file to write: .safetensors; .pkl, as in the official TensorFlow release; .pt, as in "
                     "rosinality/style-based-gan-pytorch"));
    add_allow_extra(c, o->extra);
}

}  // namespace stylegan::examples
