// SPDX-License-Identifier: Apache-2.0
#include "convert.hpp"

#include "architecture_text.hpp"
#include "options.hpp"

#include <stylegan/io/checkpoint.hpp>
#include <stylegan/io/convert_networks.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>

namespace stylegan::examples {
namespace {

struct ConvertOptions {
    std::filesystem::path source, dest;
};

void convert(const ConvertOptions& o) {
    const Checkpoint checkpoint(o.source);
    write_networks(o.dest, checkpoint.networks());
    const std::string assumed = listed(checkpoint.assumed());
    if (!assumed.empty())
        std::printf("%s does not tell all of its architecture; assumed: %s\n", o.source.c_str(), assumed.c_str());
    std::printf("%s (%s) is written as %s\n", o.source.c_str(), checkpoint.format().c_str(), o.dest.c_str());
}

}  // namespace

void add_convert(CLI::App& app) {
    const auto o = std::make_shared<ConvertOptions>();
    CLI::App& c = add_command(app, "convert", "Write networks in another format", [o] { convert(*o); });
    require(add_path(c, "--source", o->source, "FILE", "the networks: .safetensors, .pkl, .pth, .model"));
    require(add_path(c, "--dest", o->dest, "FILE",
                     "what to write: .safetensors, .pkl as the official TensorFlow release, .pt as "
                     "rosinality/style-based-gan-pytorch"));
}

}  // namespace stylegan::examples
