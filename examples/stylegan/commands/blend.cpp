// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "options/options.hpp"
#include "printing/architecture_text.hpp"

#include <stylegan/io/files/has_ending.hpp>
#include <stylegan/io/files/same_file.hpp>
#include <stylegan/io/networks/architecture_differences.hpp>
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/models/blend.hpp>
#include <stylegan/models/load.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace stylegan::examples {
namespace {

struct BlendOptions {
    std::filesystem::path network, other, dest;
    std::string layers;
    double share = 1, width = 0;
    ExtraTensors extra = ExtraTensors::refused;
};

/// @throws ValueError if the two networks differ in what decides shapes or arithmetic
void require_same_architecture(const BlendOptions& o, const Architecture& a, const Architecture& b) {
    const auto keys = architecture_differences(a, b, NetworkKind::generator);
    if (keys.empty()) return;
    const auto value = [&](const Architecture& of) { return architecture_to_json(of).at(keys[0]).dump(); };
    throw ValueError(text("--other ", o.other.string(), ": its ", keys[0], " is ", value(b), ", expected ", value(a),
                          " as in ", o.network.string()));
}

/// Shares of the other network. With --blend-width, the layers are those from one on.
std::vector<double> shares_of(const BlendOptions& o, const Architecture& a) {
    const std::vector<int> layers = parse_layer_list("--layers", o.layers, a);
    std::vector<double> shares(static_cast<std::size_t>(a.layers()), 0.0);
    for (const int l : layers) shares[static_cast<std::size_t>(l)] = 1;
    if (o.width > 0) {
        if (layers.back() != a.layers() - 1 || layers.back() - layers.front() + 1 != static_cast<int>(layers.size()))
            throw ValueError(text("--blend-width: is ", o.width, " with --layers ", o.layers,
                                  ", expected layers from one on to the last, such as 8-"));
        shares = blend_shares(a.layers(), layers.front(), o.width);
    }
    for (double& share : shares) share *= o.share;
    return shares;
}

void blend_networks(const BlendOptions& o) {
    if (!has_ending(o.dest.filename().string(), ".safetensors"))
        throw ValueError(text("--dest: is ", o.dest.string(),
                              ", expected a name ending in .safetensors; `stylegan convert` writes other formats"));
    for (const auto& [flag, source] : {std::pair{"--network", o.network}, std::pair{"--other", o.other}})
        if (same_file(source, o.dest))
            throw ValueError(text("--dest ", o.dest.string(), ": is ", flag, ", expected another file"));
    const Checkpoint checkpoint(o.network, o.extra), other_checkpoint(o.other, o.extra);
    require_same_architecture(o, checkpoint.architecture(NetworkKind::generator),
                              other_checkpoint.architecture(NetworkKind::generator));
    const auto context = std::make_shared<Context<Cpu>>(Cpu{.threads = 1});
    auto generator = load_generator(checkpoint, context);
    const auto other = load_generator(other_checkpoint, context);
    const std::vector<double> shares = shares_of(o, generator.architecture());
    blend(generator, other, shares);
    save(o.dest, generator);
    std::printf("%s: the mapping network of %s; share of %s in each layer:", o.dest.c_str(), o.network.c_str(),
                o.other.c_str());
    for (const double share : shares) std::printf(" %.3g", share);
    std::printf("\n");
}

}  // namespace

void add_blend(CLI::App& app) {
    const auto o = std::make_shared<BlendOptions>();
    CLI::App& c = add_command(app, "blend",
                              "Swap layers of two networks of one architecture, such as one trained further on other "
                              "pictures and the one before",
                              [o] { blend_networks(*o); });
    require(add_path(c, "--network", o->network, "FILE", "the network whose mapping and other layers are kept"));
    require(add_path(c, "--other", o->other, "FILE", "the network whose layers are put in"));
    require(
        add_layer_list(c, "--layers", o->layers,
                       "layers of --other: all, coarse (0-3), middle (4-7), fine (from 8), numbers, or 8- for those "
                       "from 8 on. Low layers decide shape and pose, high ones colour and texture"));
    add_real(c, "--share", o->share, {-10, 10},
             "share of --other in these layers (default 1); between 0 and 1 the weights are mixed");
    add_real(c, "--blend-width", o->width, {0, 100},
             "width in layers of a soft transition around the first of --layers (default 0: none)");
    add_allow_extra(c, o->extra);
    require(add_path(c, "--dest", o->dest, "FILE", "network to write, .safetensors"));
}

}  // namespace stylegan::examples
