// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/networks/port_discriminators.hpp>
#include <stylegan/io/networks/port_tensors.hpp>

#include <cmath>
#include <optional>
#include <string>

namespace stylegan {

namespace detail {

/// Converts a generator of rosinality/style-based-gan-pytorch to official names. Its weights follow other conventions:
///
/// - every layer has the equalized learning rate with gain sqrt(2), including styles, to_rgb and noise strengths; the
///   mapping network has no lrmul;
/// - the bias of a style holds "scale + 1";
/// - fused kernels are four times the official ones;
/// - the constant has no bias of its own.
///
/// Different arithmetic becomes fields of the architecture: bias_before_blur, instance_norm_epsilon, shared_noise.
class RosinalityGenerator {
public:
    /// The name by which the format is recognised; a prefix may precede it.
    static constexpr const char* signature = "generator.progression.0.conv1.input";

    RosinalityGenerator(const NamedTensors& file, const std::string& prefix, ExtraTensors extra)
        : in_(file, prefix), extra_(extra) {
        while (in_.has(text("generator.to_rgb.", stages_, ".conv.weight_orig"))) ++stages_;
    }

    void add_to(NetworkFile& out, const std::string& name) {
        const std::string where = out.tensors.path().string();
        if (stages_ < 2)
            throw FormatError(
                text(where, ": has no tensors \"generator.to_rgb.1...\", expected one for each resolution"));
        out_ = &out.tensors;
        to_ = name + "/";
        first_fused_ = stages_;
        for (int s = 0; s < stages_; ++s) add_stage(s);
        add_mapping();
        in_.require_all_taken(extra_);
        add_what_is_missing(out, to_, stages_);

        Architecture a = inferred_generator(out, to_);
        a.fused_scale = FusedScale::off;
        if (first_fused_ < stages_) a.fused_scale = first_fused_ == 1 ? FusedScale::on : FusedScale::automatic;
        for (int s = 1; s < stages_; ++s)
            if (a.fused(s) != (s >= first_fused_))
                throw FormatError(text(where, ": fuses convolutions from ", 4 << first_fused_, "x", 4 << first_fused_,
                                       " on, expected from 128x128 on, everywhere or nowhere"));
        a.bias_before_blur = true;
        a.instance_norm_epsilon = 1e-5;
        a.shared_noise = true;
        out.generator = out.discriminator = a;
        out.average_is_missing = true;
    }

private:
    void add_stage(int s) {
        const std::string from = text("generator.progression.", s, '.'), size = text(4 << s, 'x', 4 << s, '/');
        const std::string synthesis = to_ + "G_synthesis/";
        std::string conv0 = synthesis + size + "Conv0_up/", conv1 = synthesis + size + "Conv1/";
        if (s == 0) {
            conv0 = synthesis + size + "Const/";
            conv1 = synthesis + size + "Conv/";
            const StoredArray constant = in_.take(from + "conv1.input", 4);
            out_->add(conv0 + "bias", StoredArray::constant({constant.shape[1]}, 0));
            out_->add(conv0 + "const", constant);
        } else if (in_.has(from + "conv1.0.weight")) {
            first_fused_ = std::min(first_fused_, s);
            out_->add(conv0 + "weight", in_.transposed_convolution(from + "conv1.0.weight", 0.25));
            out_->add(conv0 + "bias", in_.vector(from + "conv1.0.bias"));
            check_blur(from + "conv1.1.");
        } else {
            out_->add(conv0 + "weight", in_.convolution(from + "conv1.1.conv.weight_orig"));
            out_->add(conv0 + "bias", in_.vector(from + "conv1.1.conv.bias"));
            check_blur(from + "conv1.2.");
        }
        add_epilogue(from, "1", conv0);
        out_->add(conv1 + "weight", in_.convolution(from + "conv2.conv.weight_orig"));
        out_->add(conv1 + "bias", in_.vector(from + "conv2.conv.bias"));
        add_epilogue(from, "2", conv1);
        const std::string rgb = text("generator.to_rgb.", s, ".conv."),
                          lod = text(synthesis, "ToRGB_lod", stages_ - 1 - s, '/');
        out_->add(lod + "weight", in_.convolution(rgb + "weight_orig", std::sqrt(2.0)));
        out_->add(lod + "bias", in_.vector(rgb + "bias"));
    }

    void add_epilogue(const std::string& from, const std::string& k, const std::string& to) {
        StoredArray noise = in_.take(from + "noise" + k + ".weight_orig", 4).permuted({1, 0, 2, 3});
        noise.scale = std::sqrt(2.0 / static_cast<double>(noise.shape[0]));
        noise.shape.resize(1);
        noise.strides.resize(1);
        out_->add(to + "Noise/weight", noise);
        const std::string style = from + "adain" + k + ".style.linear.";
        out_->add(to + "StyleMod/weight", in_.dense(style + "weight_orig", std::sqrt(2.0)));
        StoredArray bias = in_.vector(style + "bias");
        bias.shift = -1;
        bias.shifted = bias.shape[0] / 2;
        out_->add(to + "StyleMod/bias", bias);
    }

    void add_mapping() {
        const double lrmul = config_f.mapping_lrmul.value();
        Index width = 0;
        for (int i = 0; in_.has(text("style.", 2 * i + 1, ".linear.weight_orig")); ++i) {
            const std::string from = text("style.", 2 * i + 1, ".linear."), to = text(to_, "G_mapping/Dense", i, '/');
            out_->add(to + "weight", in_.dense(from + "weight_orig", 1 / lrmul));
            out_->add(to + "bias", in_.vector(from + "bias", 1 / lrmul));
            width = out_->shape(to + "bias")[0];
        }
        if (width == 0)
            throw FormatError(text(out_->path().string(), ": has no tensor \"style.1.linear.weight_orig\""));
        out_->add(to_ + "dlatent_avg", StoredArray::constant({width}, 0));  // that program does not save it
    }

    void check_blur(const std::string& from) {
        for (const char* kernel : {"weight", "weight_flip"})
            if (in_.has(from + kernel) && !in_.is_blur(from + kernel, {1, 2, 1}))
                throw FormatError(
                    text(out_->path().string(), ": tensor \"", from, kernel, "\" is not the blur [1, 2, 1]"));
    }

    PortTensors in_;
    ExtraTensors extra_;
    NamedTensors* out_ = nullptr;
    std::string to_;
    int stages_ = 0, first_fused_ = 0;
};

}  // namespace detail

/// The generators of rosinality/style-based-gan-pytorch: `train_step-N.model` (generator and g_running, which become G
/// and Gs) and `NNNNNN.model` (g_running only). Discriminators and optimizers are ignored: see port_discriminator().
/// @param extra  what happens if there are tensors that a generator does not have
/// @return nothing for tensors of other programs
/// @throws FormatError if tensors are missing or have shapes that this program does not write
[[nodiscard]] inline std::optional<NetworkFile> networks_of_rosinality(const NamedTensors& tensors,
                                                                       ExtraTensors extra) {
    NetworkFile out;
    out.format = "PyTorch, rosinality/style-based-gan-pytorch";
    out.tensors = NamedTensors(tensors.path(), tensors.source());
    bool found = false;
    for (const std::string& name : tensors.names()) {
        if (!name.ends_with(detail::RosinalityGenerator::signature)) continue;
        const std::string prefix =
            name.substr(0, name.size() - std::string(detail::RosinalityGenerator::signature).size());
        detail::RosinalityGenerator(tensors, prefix, extra).add_to(out, prefix.starts_with("generator/") ? "G" : "Gs");
        found = true;
    }
    if (!found) return std::nullopt;
    out.left_out = detail::port_discriminator(tensors).value_or("");
    return out;
}

}  // namespace stylegan
