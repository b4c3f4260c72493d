// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/networks/foreign_networks.hpp>
#include <stylegan/io/networks/port_tensors.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace stylegan {

namespace detail {

/// Converts a generator of genforce to official names. Its weights and its arithmetic are the official ones, in
/// PyTorch's layouts; noise maps, average w and level of detail are in the file. There are two sets of names: those of
/// genforce/genforce and genforce/sefa, and the older ones of genforce/interfacegan and genforce/idinvert_pytorch.
class GenforceGenerator {
public:
    /// The names by which the formats are recognised; a prefix may precede them.
    static constexpr const char *signature = "synthesis.layer0.const",
                                *older_signature = "synthesis.layer0.first_layer";

    /// @param older  whether the file has the older names
    GenforceGenerator(const NamedTensors& file, const std::string& prefix, bool older, ExtraTensors extra)
        : in_(file, prefix), older_(older), extra_(extra) {
        while (in_.has(text("synthesis.output", stages_, older_ ? ".conv.weight" : ".weight"))) ++stages_;
    }

    /// @param to  "Gs/" or "G/"
    void add_to(NetworkFile& out, const std::string& to) {
        const std::string where = out.tensors.path().string();
        if (stages_ < 1)
            throw FormatError(
                text(where,
                     ": is a file of genforce without a whole generator of StyleGAN (2019): has no tensor "
                     "\"synthesis.output0",
                     older_ ? ".conv" : "", ".weight\", expected one; ", networks_that_are_read));
        out_ = &out.tensors;
        to_ = to;
        add_mapping();
        for (int s = 0; s < stages_; ++s) add_stage(s);
        out_->add(to_ + "lod", in_.take("synthesis.lod", 0));
        out_->add(to_ + "G_synthesis/lod", in_.take("synthesis.lod", 0));
        in_.passed_over("truncation.truncation");  // psi for each layer, a choice of the program
        in_.require_all_taken(extra_);

        Architecture a = inferred_generator(out, to_);
        out.generator = out.discriminator = a;
        out.assumed = {"mapping_lrmul", "normalize_latents", "use_wscale", "fused_scale"};
    }

private:
    void add_mapping() {
        for (int i = 0; in_.has(text("mapping.dense", i, older_ ? ".linear.weight" : ".weight")); ++i) {
            const std::string from = text("mapping.dense", i), to = text(to_, "G_mapping/Dense", i, '/');
            out_->add(to + "weight", in_.dense(from + (older_ ? ".linear.weight" : ".weight")));
            out_->add(to + "bias", in_.vector(from + (older_ ? ".wscale.bias" : ".bias")));
        }
        if (in_.has("mapping.label_weight"))
            out_->add(to_ + "G_mapping/LabelConcat/weight", in_.take("mapping.label_weight", 2));
        out_->add(to_ + "dlatent_avg", in_.vector("truncation.w_avg"));
    }

    void add_stage(int s) {
        const std::string size = text(to_, "G_synthesis/", 4 << s, 'x', 4 << s, '/');
        add_layer(2 * s, size + (s == 0 ? "Const/" : "Conv0_up/"));
        add_layer(2 * s + 1, size + (s == 0 ? "Conv/" : "Conv1/"));
        const std::string from = text("synthesis.output", s),
                          to = text(to_, "G_synthesis/ToRGB_lod", stages_ - 1 - s, '/');
        out_->add(to + "weight", in_.convolution(from + (older_ ? ".conv.weight" : ".weight")));
        out_->add(to + "bias", in_.vector(from + ".bias"));
    }

    void add_layer(int layer, const std::string& to) {
        const std::string from = text("synthesis.layer", layer, '.'), epilogue = from + (older_ ? "epilogue." : "");
        if (layer == 0)
            out_->add(to + "const", in_.take(from + (older_ ? "first_layer" : "const"), 4));
        else if (!older_)
            out_->add(to + "weight", in_.convolution(from + "weight"));
        else if (in_.has(from + "weight"))  // fused, in the official layout
            out_->add(to + "weight", in_.take(from + "weight", 4));
        else
            out_->add(to + "weight", in_.convolution(from + "conv.weight"));
        if (in_.has(from + "blur.kernel") && !in_.is_blur(from + "blur.kernel", {1, 2, 1}))
            throw FormatError(
                text(out_->path().string(), ": tensor \"", from, "blur.kernel\" is not the blur [1, 2, 1]"));
        out_->add(to + "bias", in_.vector(epilogue + "bias"));
        out_->add(to + "Noise/weight", in_.vector(epilogue + "apply_noise.weight"));
        out_->add(text(to_, "G_synthesis/noise", layer), in_.take(epilogue + "apply_noise.noise", 4));
        const std::string style = epilogue + (older_ ? "style_mod.dense." : "style.");
        out_->add(to + "StyleMod/weight", in_.dense(style + (older_ ? "linear.weight" : "weight")));
        out_->add(to + "StyleMod/bias", in_.vector(style + (older_ ? "wscale.bias" : "bias")));
    }

    PortTensors in_;
    bool older_;
    ExtraTensors extra_;
    NamedTensors* out_ = nullptr;
    std::string to_;
    int stages_ = 0;
};

}  // namespace detail

/// The generators of genforce's files of StyleGAN (2019): `generator_smooth` becomes Gs, `generator` becomes G, and a
/// generator alone becomes Gs. The discriminator is ignored.
/// @param extra  what happens if there are tensors that a generator does not have
/// @return nothing for tensors of other programs
/// @throws FormatError if tensors are missing or have shapes that this program does not write
[[nodiscard]] inline std::optional<NetworkFile> networks_of_genforce(const NamedTensors& tensors, ExtraTensors extra) {
    using detail::GenforceGenerator;
    NetworkFile out;
    out.format = "PyTorch, genforce";
    out.tensors = NamedTensors(tensors.path(), tensors.source());
    bool found = false, discriminator = false;
    for (const std::string& name : tensors.names()) {
        discriminator = discriminator || name.find("discriminator/") != std::string::npos;
        for (const char* signature : {GenforceGenerator::signature, GenforceGenerator::older_signature}) {
            if (!name.ends_with(signature)) continue;
            const std::string prefix = name.substr(0, name.size() - std::string_view(signature).size());
            GenforceGenerator(tensors, prefix, signature == GenforceGenerator::older_signature, extra)
                .add_to(out, prefix.ends_with("generator/") ? "G/" : "Gs/");
            found = true;
        }
    }
    if (!found) return std::nullopt;
    if (discriminator) out.left_out = "a discriminator of genforce, which is not read";
    return out;
}

}  // namespace stylegan
