// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/networks/port_tensors.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stylegan {

namespace detail {

/// The names of a generator's modules: those of huangzh13/StyleGAN.pytorch, or of the port that it grew out of,
/// lernapparat's, which has fully grown networks alone.
struct Huangzh13Names {
    const char* program;
    const char* signature;  ///< the name by which the format is recognised; a prefix may precede it
    const char* mapping;    ///< before the number of a layer
    bool grows;             ///< whether each resolution has a to_rgb layer of its own

    /// The block of a stage, and its to_rgb layer.
    [[nodiscard]] std::string block(int s) const {
        if (!grows) return text("g_synthesis.blocks.", 4 << s, 'x', 4 << s, '.');
        return s == 0 ? "g_synthesis.init_block." : text("g_synthesis.blocks.", s - 1, '.');
    }
    [[nodiscard]] std::string to_rgb(int s) const {
        return grows ? text("g_synthesis.to_rgb.", s, '.') : "g_synthesis.torgb.";
    }
};

inline constexpr Huangzh13Names huangzh13_names{"huangzh13/StyleGAN.pytorch", "g_synthesis.init_block.conv.weight",
                                                "g_mapping.map.dense", true};
inline constexpr Huangzh13Names lernapparat_names{"lernapparat", "g_synthesis.blocks.4x4.conv.weight",
                                                  "g_mapping.dense", false};

/// Converts a generator of huangzh13/StyleGAN.pytorch or lernapparat to official names. Its weights are the official
/// ones in PyTorch's layouts; its instance norm has another epsilon.
class Huangzh13Generator {
public:
    Huangzh13Generator(const Huangzh13Names& names, const NamedTensors& file, const std::string& prefix,
                       ExtraTensors extra)
        : names_(names), in_(file, prefix), extra_(extra) {
        const auto has_stage = [&](int s) {
            return in_.has(names_.grows ? names_.to_rgb(s) + "weight"
                                        : names_.block(s) + (s == 0 ? "const" : "conv1.weight"));
        };
        while (has_stage(stages_)) ++stages_;
    }

    void add_to(NetworkFile& out) {
        out_ = &out.tensors;
        const std::string where = out_->path().string();
        if (stages_ < 1)
            throw FormatError(text(where, ": has no tensor \"",
                                   names_.grows ? names_.to_rgb(0) + "weight" : names_.block(0) + "const",
                                   "\", expected one in a generator of ", names_.program));
        for (int s = 0; s < stages_; ++s) add_stage(s);
        const Index width = add_mapping();
        if (in_.has("truncation.avg_latent"))
            out_->add("Gs/dlatent_avg", in_.vector("truncation.avg_latent"));
        else
            out_->add("Gs/dlatent_avg", StoredArray::constant({width}, 0));
        out.average_is_missing = !in_.has("truncation.avg_latent");
        in_.require_all_taken(extra_);
        if (names_.grows)
            add_what_is_missing(out, "Gs/", stages_);
        else
            add_constants(*out_, "Gs/", stages_, 0);

        Architecture a = inferred_generator(out, "Gs/");
        a.instance_norm_epsilon = 1e-5;
        a.blur_filter = blur_;
        out.generator = out.discriminator = a;
        if (names_.grows)  // the other program has one value of each
            out.assumed = {"mapping_lrmul",  "mapping_nonlinearity", "normalize_latents",
                           "use_pixel_norm", "nonlinearity",         "use_wscale"};
    }

private:
    void add_stage(int s) {
        const std::string from = names_.block(s);
        const std::string synthesis = "Gs/G_synthesis/", size = text(4 << s, 'x', 4 << s, '/');
        const std::string conv0 = synthesis + size + (s == 0 ? "Const/" : "Conv0_up/");
        const std::string conv1 = synthesis + size + (s == 0 ? "Conv/" : "Conv1/");
        if (s == 0) {
            if (!in_.has(from + "const"))
                throw FormatError(
                    text(out_->path().string(), ": has no tensor \"", from,
                         "const\", expected one: without a constant input that program differs from the official one"));
            out_->add(conv0 + "const", in_.take(from + "const", 4));
            out_->add(conv0 + "bias", in_.vector(from + "bias"));
        } else {
            out_->add(conv0 + "weight", in_.convolution(from + "conv0_up.weight"));
            out_->add(conv0 + "bias", in_.vector(from + "conv0_up.bias"));
            read_blur(from + "conv0_up.intermediate.kernel", s == 1);
        }
        add_epilogue(from + "epi1.", conv0);
        const std::string last = s == 0 ? "conv." : "conv1.";
        out_->add(conv1 + "weight", in_.convolution(from + last + "weight"));
        out_->add(conv1 + "bias", in_.vector(from + last + "bias"));
        add_epilogue(from + "epi2.", conv1);
        add_to_rgb(s, out_->shape(conv1 + "weight")[3]);
    }

    /// Adds a to_rgb layer; where the file has that of the last stage alone, zeros for the others, which are not used.
    void add_to_rgb(int s, Index maps) {
        const std::string rgb = names_.to_rgb(s), lod = text("Gs/G_synthesis/ToRGB_lod", stages_ - 1 - s, '/');
        if (names_.grows || s == stages_ - 1) {
            out_->add(lod + "weight", in_.convolution(rgb + "weight"));
            out_->add(lod + "bias", in_.vector(rgb + "bias"));
        } else {
            const Index colours = in_.extent(rgb + "weight", 0);
            out_->add(lod + "weight", StoredArray::constant({1, 1, maps, colours}, 0));
            out_->add(lod + "bias", StoredArray::constant({colours}, 0));
        }
    }

    void add_epilogue(const std::string& from, const std::string& to) {
        out_->add(to + "Noise/weight", in_.vector(from + "top_epi.noise.weight"));
        out_->add(to + "StyleMod/weight", in_.dense(from + "style_mod.lin.weight"));
        out_->add(to + "StyleMod/bias", in_.vector(from + "style_mod.lin.bias"));
    }

    /// @return the length of w
    Index add_mapping() {
        Index width = 0;
        for (int i = 0; in_.has(text(names_.mapping, i, ".weight")); ++i) {
            const std::string from = text(names_.mapping, i, '.'), to = text("Gs/G_mapping/Dense", i, '/');
            out_->add(to + "weight", in_.dense(from + "weight"));
            out_->add(to + "bias", in_.vector(from + "bias"));
            width = out_->shape(to + "bias")[0];
        }
        if (width == 0)
            throw FormatError(text(out_->path().string(), ": has no tensor \"", names_.mapping, "0.weight\""));
        if (in_.has("class_embedding.weight"))
            out_->add("Gs/G_mapping/LabelConcat/weight", in_.take("class_embedding.weight", 2));
        return width;
    }

    /// Reads the blur filter from its kernel, (1, 1, n, n). All stages must have the same.
    void read_blur(const std::string& name, bool is_first) {
        std::vector<double> taps;
        if (in_.has(name)) {
            const StoredArray kernel = in_.take(name, 4);
            const std::vector<double> values = kernel.read<double>();
            const auto n = static_cast<std::size_t>(kernel.shape[3]);
            double smallest = 0;
            for (std::size_t i = 0; i < n && values.size() == n * n; ++i) {
                taps.push_back(0);
                for (std::size_t k = 0; k < n; ++k) taps.back() += values[k * n + i];
                const double size = std::abs(taps.back());
                if (size > 1e-6 && (smallest == 0 || size < smallest)) smallest = size;
            }
            for (double& t : taps) t = Decimal(t / std::max(smallest, 1e-6)).value();
        }
        if (!in_.has(name) && !names_.grows) taps = {1, 2, 1};  // that program always blurs
        BlurFilter filter = no_blur;
        const bool fits = taps.size() <= std::size_t{BlurFilter::longest};
        for (std::size_t i = 0; i < taps.size() && fits; ++i)
            filter.taps[static_cast<std::size_t>(filter.length++)] = taps[i];
        if (is_first) blur_ = filter;
        if (!fits || filter != blur_ || (in_.has(name) && (taps.empty() || !in_.is_blur(name, taps))))
            throw FormatError(text(out_->path().string(), ": tensor \"", shortened(name),
                                   "\" is not a blur of at most 7 taps, or not that of the first stage"));
    }

    const Huangzh13Names& names_;
    PortTensors in_;
    ExtraTensors extra_;
    NamedTensors* out_ = nullptr;
    int stages_ = 0;
    BlurFilter blur_ = BlurFilter{};
};

}  // namespace detail

/// The generator of huangzh13/StyleGAN.pytorch, `GAN_GEN_D_E.pth` or `GAN_GEN_SHADOW_D_E.pth`, or of lernapparat,
/// `karras2019stylegan-ffhq-1024x1024.for_g_all.pt`. It becomes Gs.
/// @param extra  what happens if there are tensors that the generator does not have
/// @return nothing for tensors of other programs
/// @throws FormatError if tensors are missing or have shapes that this program does not write
[[nodiscard]] inline std::optional<NetworkFile> networks_of_huangzh13(const NamedTensors& tensors, ExtraTensors extra) {
    for (const std::string& name : tensors.names())
        for (const detail::Huangzh13Names* names : {&detail::huangzh13_names, &detail::lernapparat_names}) {
            if (!name.ends_with(names->signature)) continue;
            NetworkFile out;
            out.format = text("PyTorch, ", names->program);
            out.tensors = NamedTensors(tensors.path(), tensors.source());
            const std::string prefix = name.substr(0, name.size() - std::string_view(names->signature).size());
            detail::Huangzh13Generator(*names, tensors, prefix, extra).add_to(out);
            return out;
        }
    return std::nullopt;
}

}  // namespace stylegan
