// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "options/options.hpp"
#include "options/parse.hpp"
#include "printing/architecture_text.hpp"
#include "printing/machine.hpp"
#include "printing/tables.hpp"
#include "printing/verification.hpp"

#include <stylegan/io/tensors/non_finite.hpp>
#include <stylegan/models/load.hpp>
#include <stylegan/training/snapshot.hpp>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <sstream>

namespace stylegan::examples {
namespace {

namespace fs = std::filesystem;

/// "title           content"
void print_row(std::ostream& out, const std::string& title, const std::string& content) {
    constexpr std::size_t column = 16;
    out << title << std::string(title.size() < column ? column - title.size() : 1, ' ') << content << '\n';
}

void print_architecture(std::ostream& out, const Checkpoint& checkpoint) {
    const Architecture& a = checkpoint.architecture();
    const Size s = a.picture();
    print_row(out, "Architecture", configuration_of(a));
    print_row(out, "Pictures",
              text(width_by_height(s.width, s.height, " pixels"), ", ", a.num_channels,
                   a.num_channels == 1 ? " channel, " : " channels, ",
                   a.label_size > 0 ? text(a.label_size, " labels") : "no labels"));
    if (checkpoint.has("G") || checkpoint.has("Gs")) {
        std::string mapping = text("z of ", a.latent_size, " numbers");
        if (a.mapping_layers > 0)
            mapping +=
                text(", ", a.mapping_layers, a.mapping_layers == 1 ? " layer" : " layers", ", w of ", a.w_size());
        print_row(out, "Mapping", mapping);
        if (a.use_styles) print_row(out, "Style layers", std::to_string(a.layers()));
    }
    print_row(out, "Feature maps", feature_maps_of(a));
    print_row(out, "In code", "constexpr stylegan::Architecture architecture" + architecture_literal(a) + ";");
    const std::string assumed = listed(checkpoint.assumed());
    if (!assumed.empty()) print_row(out, "Assumed", assumed + ": not stored in the file");
}

/// 7000 from "network-snapshot-007000.pkl", the official name of a snapshot.
std::optional<int> kimg_of_name(const std::string& name) {
    const std::string start = "network-snapshot-";
    int kimg = 0;
    const std::size_t at = name.find(start);
    if (at == std::string::npos) return std::nullopt;
    const char* const digits = name.data() + at + start.size();
    const auto [end, error] = std::from_chars(digits, name.data() + name.size(), kimg);
    return error == std::errc{} && *end == '.' ? std::optional(kimg) : std::nullopt;
}

void print_training(std::ostream& out, const Checkpoint& checkpoint) {
    const auto record = training_record(checkpoint);
    if (!record) {
        const auto kimg = kimg_of_name(checkpoint.file().path().filename().string());
        return print_row(out, "Training", kimg ? text(*kimg, " kimg, from the file name") : "no record in this file");
    }
    const TrainingProgress& p = record->progress;
    const double lod =
        scheduled(checkpoint.architecture(), record->options.schedule, static_cast<double>(p.schedule_pictures)).lod;
    print_row(out, "Training",
              text(text_of_number(static_cast<double>(p.pictures) / 1000, 4), " kimg, ", p.steps, " steps, ", p.tick,
                   " ticks, lod ", text_of_number(lod, 4),
                   checkpoint.has("training") ? "; can be resumed" : "; without optimizer state"));
}

/// "2", and what that rests on where the file does not store it.
std::string level_of(const Checkpoint& checkpoint, double lod) {
    const std::string& basis = checkpoint.networks().level.basis;
    if (!basis.empty()) return text(text_of_number(lod, 4), ": not stored in the file; ", basis);
    const std::string note = checkpoint.level_note();
    return text_of_number(lod, 4) + (note.empty() ? "" : "; the file " + note);
}

/// Level of detail, average w and noise strengths of a generator.
void print_generator(std::ostream& out, const AnyGenerator<Cpu>& g, const Checkpoint& checkpoint) {
    print_row(out, "Level of detail", level_of(checkpoint, g.lod()));
    if (!g.architecture().progressive_gan) {
        double squared = 0;
        for (const float w : g.w_average()) squared += static_cast<double>(w) * static_cast<double>(w);
        print_row(
            out, "Average w",
            squared > 0 ? "length " + text_of_number(std::sqrt(squared), 4) : "all zero: never trained, or not stored");
    }
    constexpr std::string_view suffix = "/Noise/weight";
    std::string strengths;
    for_each_parameter(g, [&](const std::string& name, const Parameter<Cpu>& p) {
        if (!name.ends_with(suffix)) return;
        double sum = 0;
        for (const float v : p.value()) sum += std::abs(static_cast<double>(v));
        const std::string layer = name.substr(name.find('/') + 1, name.size() - suffix.size() - name.find('/') - 1);
        strengths +=
            text(strengths.empty() ? "" : ", ", layer, ' ', text_of_number(sum / static_cast<double>(p.size()), 4));
    });
    if (!strengths.empty()) print_row(out, "Noise strength", strengths);
}

void print_metadata(std::ostream& out, const Checkpoint& checkpoint) {
    for (const auto& [key, value] : checkpoint.metadata()) {
        constexpr std::size_t longest = 2000;
        out << "\nMetadata \"" << key << "\": " << value.substr(0, longest) << (value.size() > longest ? " ..." : "")
            << '\n';
    }
}

/// Everything is read before anything is printed, so that a faulty file gives an error and nothing else.
std::string description_of(const fs::path& path, ExtraTensors extra) {
    const Checkpoint checkpoint(path, extra);
    const auto context = std::make_shared<Context<Cpu>>(Cpu{.threads = 1});
    std::ostringstream out, tables;

    print_row(out, "File", path.string());
    print_row(out, "Format",
              text(checkpoint.format(), ", ", checkpoint.file().names().size(), " tensors, ",
                   text_of_bytes(fs::file_size(path))));
    std::string networks;
    const auto add_network = [&](const char* name, const char* words) {
        if (checkpoint.has(name)) networks += text(networks.empty() ? "" : ", ", name, " (", words, ')');
    };
    add_network("Gs", "averaged generator, the one to use");
    add_network("G", "generator");
    add_network("D", "discriminator");
    print_row(out, "Networks", networks);
    if (!checkpoint.networks().left_out.empty()) print_row(out, "Left out", checkpoint.networks().left_out);
    if (const NonFinite bad = non_finite_numbers(checkpoint.file()); bad.found())
        print_row(out, "Warning", bad.words() + ": pictures of such a network are black, and no run resumes from it");
    if (!checkpoint.networks().passed_over.empty())
        print_row(out, "Passed over",
                  checkpoint.networks().passed_over + ": neither tensors nor numbers; nothing was executed");
    print_architecture(out, checkpoint);
    print_training(out, checkpoint);
    if (checkpoint.has("Gs") || checkpoint.has("G")) {
        const AnyGenerator<Cpu> g = load_generator(checkpoint, context);
        print_generator(out, g, checkpoint);
        tables << '\n';
        print_layers(tables, checkpoint.has("Gs") ? "Gs" : "G", g.architecture(), variables(g));
    }
    if (checkpoint.has("D")) {
        const AnyDiscriminator<Cpu> d = load_discriminator(checkpoint, context);
        tables << '\n';
        print_layers(tables, "D", d.architecture(), variables(d));
    }
    out << tables.str();
    print_metadata(out, checkpoint);
    return out.str();
}

}  // namespace

void add_info(CLI::App& app) {
    struct Options {
        fs::path network;
        ExtraTensors extra = ExtraTensors::refused;
        bool build = false, verify = false;
    };
    const auto o = std::make_shared<Options>();
    CLI::App& c = add_command(app, "info", "Describe a checkpoint: networks, architecture, layers, training", [o] {
        if (!o->build && o->network.empty()) usage_error("FILE", "is missing, expected a network, or --build");
        if (o->build) return (void)std::fputs(build_description().c_str(), stdout);
        std::fputs((o->verify ? verification_of(o->network) + '\n' : description_of(o->network, o->extra)).c_str(),
                   stdout);
    });
    CLI::Option& file = add_path(c, "FILE", o->network, "", "the network: .safetensors, .pkl, .pth, .model");
    need(add_flag(c, "--verify", o->verify,
                  "read the whole file, and compare it with the digests that it has; exit status 1 if it is damaged. "
                  "Also for .npz and other tensors"),
         file);
    exclude(
        add_flag(c, "--build", o->build, "print compiler, instruction set and CUDA support of this program instead"),
        file);
    add_allow_extra(c, o->extra);
}

}  // namespace stylegan::examples
