// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/layers/layer_epilogue.hpp>
#include <stylegan/models/level.hpp>
#include <stylegan/models/onnx/detail/onnx_layers.hpp>
#include <stylegan/models/onnx/onnx_options.hpp>

#include <string>
#include <utility>

namespace stylegan::detail {

/// The synthesis network: a picture of w of each layer.
class OnnxSynthesis {
public:
    /// @param w  the name of w, (n, layers, w_size)
    OnnxSynthesis(OnnxLayers& layers, std::string w, Level level, OnnxNoise noise)
        : layers_(layers),
          graph_(layers.graph()),
          a_(layers.architecture()),
          w_(std::move(w)),
          level_(level),
          noise_(noise),
          prefix_(a_.progressive_gan ? "" : "G_synthesis/") {}

    /// (n, num_channels, height, width), at full resolution.
    std::string picture() {
        std::string x, below;
        for (int stage = 0; stage <= level_.stage; ++stage) {
            below = x;
            x = block(stage, x);
        }
        std::string y = to_rgb(level_.stage, x, 1 - level_.fade);
        if (level_.fade > 0) {
            const std::string small = to_rgb(level_.stage - 1, below, level_.fade);
            y = graph_.node("Add", "Fade", {y, layers_.upscaled("Fade/", small, 2)});
        }
        const int repeat = level_.repeat(a_);
        return graph_.node("Identity", "picture", {repeat > 1 ? layers_.upscaled("", y, repeat) : y});
    }

private:
    /// The feature maps of a stage, from those of the stage below.
    std::string block(int stage, const std::string& below) {
        const std::string size = prefix_ + to_string(a_.size(stage)) + '/', first = size + first_name(stage),
                          last = size + (stage == 0 ? "Conv/" : "Conv1/");
        const Index maps = a_.feature_maps(stage);
        std::string x = stage == 0
                            ? first_input(first)
                            : layers_.up_convolution(first, below, a_.feature_maps(stage - 1), maps, a_.fused(stage));
        x = epilogue(first, 2 * stage, x);
        x = layers_.convolution(last, x, 3, maps, maps, layers_.lr());
        return epilogue(last, 2 * stage + 1, x);
    }

    [[nodiscard]] const char* first_name(int stage) const {
        if (stage == 0) return a_.const_input_layer ? "Const/" : "Dense/";
        return a_.progressive_gan && a_.fused_scale != FusedScale::on ? "Conv0/" : "Conv0_up/";
    }

    /// What the first stage begins with: the learned constant, or a dense layer of w; and its bias.
    std::string first_input(const std::string& at) {
        const Index maps = a_.feature_maps(0), height = a_.base.height, width = a_.base.width;
        std::string x;
        if (a_.const_input_layer) {
            x = layers_.parameter(at + "const", {1, maps, height, width});
            if (!a_.use_styles) {  // the styles would make n pictures of it
                const std::string n = graph_.node("Shape", at + "n", {w_}, {{"start", 0}, {"end", 1}});
                const std::string rest = layers_.integers(at + "size", {3}, {maps, height, width});
                x = graph_.node("Expand", at + "Expand",
                                {x, graph_.node("Concat", at + "shape", {n, rest}, {{"axis", 0}})});
            }
        } else {
            const Index in = a_.w_size(), out = maps * height * width;
            const double factor = layers_.lr(layers_.lr().gain / 4).scale(in);
            x = graph_.node("Gemm", at + "Gemm", {style(0), layers_.parameter(at + "weight", {in, out}, factor)});
            x = graph_.node("Reshape", at + "Reshape",
                            {x, layers_.integers(at + "shape", {4}, {-1, maps, height, width})});
        }
        return graph_.node("Add", at + "Bias", {x, layers_.parameter(at + "bias", {1, maps, 1, 1})});
    }

    /// What follows a convolution and its bias: noise, nonlinearity, pixel norm, instance norm and style, as the network
    /// has them.
    std::string epilogue(const std::string& at, int layer, std::string x) {
        const Index maps = a_.feature_maps(layer / 2);
        if (a_.use_noise && noise_ != OnnxNoise::none) {
            const std::string weight = layers_.parameter(at + "Noise/weight", {1, maps, 1, 1});
            x = graph_.node("Add", at + "Noise", {x, graph_.node("Mul", at + "Noise/Mul", {noise(layer), weight})});
        }
        x = layers_.activated(at, x, a_.slope());
        if (a_.use_pixel_norm) x = layers_.pixel_norm(at, x, LayerEpilogue<Cpu>::epsilon);
        if (a_.use_instance_norm) x = layers_.instance_norm(at, x, maps);
        return a_.use_styles ? layers_.modulated(at, x, style(layer), maps) : x;
    }

    /// The noise map of a layer.
    std::string noise(int layer) {
        const Size s = a_.size(layer / 2);
        const std::string name = text("noise", a_.shared_noise ? layer / 2 * 2 : layer), stored = prefix_ + name;
        if (noise_ == OnnxNoise::constant)
            return layers_.constant(stored, {1, 1, s.height, s.width}, layers_.read(stored));
        return graph_.has(name) ? name : graph_.input(name, {"n", Index{1}, Index{s.height}, Index{s.width}});
    }

    /// w of a layer, (n, w_size).
    std::string style(int layer) {
        std::string name = text("w", layer);
        if (graph_.has(name)) return name;
        return graph_.node("Gather", name, {w_, layers_.integers(text("layer", layer), {}, {layer})}, {{"axis", 1}});
    }

    /// The picture of a stage, times its share in the whole.
    std::string to_rgb(int stage, const std::string& x, double share) {
        return layers_.convolution(text(prefix_, "ToRGB_lod", a_.stages() - 1 - stage, '/'), x, 1,
                                   a_.feature_maps(stage), a_.num_channels, layers_.lr(1), share);
    }

    OnnxLayers& layers_;
    OnnxGraph& graph_;
    const Architecture& a_;
    std::string w_;
    Level level_;
    OnnxNoise noise_;
    std::string prefix_;
};

}  // namespace stylegan::detail
