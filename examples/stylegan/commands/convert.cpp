// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "options/options.hpp"
#include "printing/architecture_text.hpp"

#include <stylegan/io/files/has_ending.hpp>
#include <stylegan/io/files/same_file.hpp>
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/networks/convert_networks.hpp>
#include <stylegan/io/networks/level_of_detail.hpp>
#include <stylegan/io/tensors/non_finite.hpp>
#include <stylegan/models/discriminator.hpp>
#include <stylegan/models/generator.hpp>
#include <stylegan/models/load.hpp>
#include <stylegan/models/onnx/write_onnx.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace stylegan::examples {
namespace {

struct ConvertOptions {
    std::filesystem::path source, dest;
    std::optional<double> lod;
    ExtraTensors extra = ExtraTensors::refused;
    std::optional<OnnxInput> input;  // this and the rest are of an ONNX model
    std::optional<OnnxNoise> noise;
    std::optional<int> cutoff;

    [[nodiscard]] bool to_onnx() const { return has_ending(dest.string(), ".onnx"); }
};

void check_usage(const ConvertOptions& o) {
    if (o.source.empty()) usage_error("--source", "is missing, expected the file to convert");
    const char* const flag = o.input ? "--inputs" : o.noise ? "--noise-mode" : o.cutoff ? "--trunc-cutoff" : nullptr;
    if (flag && !o.to_onnx()) usage_error(flag, "is given for " + o.dest.string() + ", expected --dest FILE.onnx");
    if (o.cutoff && o.input == OnnxInput::w)
        usage_error("--trunc-cutoff",
                    "is given with --inputs w, expected --inputs z: the w of a caller is not truncated");
}

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

/// Whether a tensor is the level of detail of a generator.
bool is_level(const std::string& name) {
    return name == "Gs/lod" || name == "G/lod" || name == "Gs/G_synthesis/lod" || name == "G/G_synthesis/lod";
}

/// The networks of a file, without tensors that belong to none, and with another level of detail if one is given.
/// Compares names only.
NetworkFile networks_alone(const Checkpoint& checkpoint, ExtraTensors extra, std::optional<double> lod) {
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
    networks.tensors = NamedTensors(checkpoint.file().path(), checkpoint.file().source());
    std::vector<std::string> surplus;
    for (const std::string& name : checkpoint.file().names())
        if (names.count(name) > 0 && lod && is_level(name))
            networks.tensors.add(name, StoredArray::constant({}, static_cast<float>(*lod)));
        else if (names.count(name) > 0)
            networks.tensors.add(name, checkpoint.file()[name]);
        else if (!name.starts_with("training/"))
            surplus.push_back(name);
    if (extra == ExtraTensors::refused) refuse_extra_tensors(checkpoint.file().path(), surplus);
    return networks;
}

/// What to tell of a level of detail that the written file does not store. A reader that looks at the layers, as ours,
/// finds the same level where growing stopped; nothing in the file tells of any other.
std::string note_of_lost_level(const NetworkFile& written, const std::filesystem::path& dest) {
    const std::string prefix = written.tensors.contains("Gs/lod") ? "Gs/" : "G/", ending = dest.extension().string();
    if (has_ending(ending, ".safetensors") || has_ending(ending, ".pkl") || !written.tensors.contains(prefix + "lod"))
        return {};
    const double lod = written.tensors.read_double(prefix + "lod").at(0);
    const Architecture& a = written.generator;
    const double found = inferred_level(written.tensors, prefix + "G_synthesis/", a.base, a.stages()).lod;
    if (lod == found) return {};
    return text(dest.string(), " cannot store the level of detail, ", lod, "; its layers suggest ", found,
                ": tell its readers (--lod ", lod, " of the commands here)");
}

/// Writes the generator as an ONNX model. @return its inputs and outputs, for a line of text
std::string convert_to_onnx(const ConvertOptions& o, const Checkpoint& checkpoint) {
    if (!checkpoint.has("Gs") && !checkpoint.has("G"))
        throw FormatError(text(o.source.string(), ": has no generator, expected one for ", o.dest.string()));
    const auto generator = load_generator(checkpoint, std::make_shared<Context<Cpu>>(Cpu{.threads = 1}));
    if (o.cutoff && generator.architecture().progressive_gan)
        throw ValueError(text("--trunc-cutoff: is ", *o.cutoff, ", expected none, since ", o.source.string(),
                              " is a Progressive GAN and has no average w"));
    OnnxOptions options{.lod = o.lod};
    if (o.input) options.input = *o.input;
    if (o.noise) options.noise = *o.noise;
    if (o.cutoff) options.cutoff = *o.cutoff;
    return write_onnx(o.dest, generator, options);
}

void convert(const ConvertOptions& o) {
    check_usage(o);
    if (same_file(o.source, o.dest))
        throw ValueError(text("--dest ", o.dest.string(),
                              ": is the source; a conversion leaves out training state, so it "
                              "does not replace its source"));
    const Checkpoint checkpoint(o.source, o.extra);
    if (o.lod) checkpoint.require_level(*o.lod);
    const NetworkFile networks = networks_alone(checkpoint, o.extra, o.lod);
    std::string signature;
    if (o.to_onnx())
        signature = convert_to_onnx(o, checkpoint);
    else
        write_networks(o.dest, networks);
    const std::string assumed = listed(checkpoint.assumed());
    if (!assumed.empty())
        std::printf("%s does not store its whole architecture; assumed: %s\n", o.source.c_str(), assumed.c_str());
    if (const std::string note = checkpoint.level_note(); !note.empty() && !o.lod)
        std::printf("%s %s; --lod chooses another\n", o.source.c_str(), note.c_str());
    if (!checkpoint.networks().left_out.empty())
        std::printf("%s has %s\n", o.source.c_str(), checkpoint.networks().left_out.c_str());
    if (const std::string note = note_of_lost_level(networks, o.dest); !note.empty() && !o.to_onnx())
        std::printf("%s\n", note.c_str());
    if (const NonFinite bad = non_finite_numbers(networks.tensors); bad.found())
        std::printf("Warning: %s %s; pictures of such a network are black\n", o.source.c_str(), bad.words().c_str());
    std::printf("Converted %s (%s) to %s\n", o.source.c_str(), checkpoint.format().c_str(), o.dest.c_str());
    if (!signature.empty()) std::printf("%s\n", signature.c_str());
}

}  // namespace

void add_convert(CLI::App& app) {
    const auto o = std::make_shared<ConvertOptions>();
    CLI::App& c = add_command(app, "convert", "Write networks in another format", [o] { convert(*o); });
    CLI::Option& source =
        add_path(c, "--source", o->source, "FILE", "networks to read, required: .safetensors, .pkl, .pth, .model");
    exclude(add_path(c, "--network", o->source, "FILE", "the same as --source"), source);
    require(add_path(c, "--dest", o->dest, "FILE",
                     "file to write: .safetensors; .pkl, as in the official TensorFlow release; .pt, as in "
                     "rosinality/style-based-gan-pytorch; .onnx, the generator as an ONNX model (opset 17)"));
    add_choice<std::optional<OnnxInput>>(
        c, "--inputs", o->input, {{"z", OnnxInput::z}, {"w", OnnxInput::w}},
        "of an ONNX model. z (default): latents z and a number psi, for mapping network, truncation and synthesis "
        "network; w: w of each layer, for the synthesis network alone");
    add_choice<std::optional<OnnxNoise>>(
        c, "--noise-mode", o->noise,
        {{"const", OnnxNoise::constant}, {"input", OnnxNoise::input}, {"none", OnnxNoise::none}},
        "noise of an ONNX model. const (default): stored with the network; input: inputs noise0, noise1, ...; none: no "
        "noise");
    add_whole(c, "--trunc-cutoff", o->cutoff, {0, 1000},
              "truncate only layers with an index below N in an ONNX model (default: all)");
    add_lod(c, o->lod);
    add_allow_extra(c, o->extra);
}

}  // namespace stylegan::examples
