// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/layers/mapping_network.hpp>
#include <stylegan/models/onnx/detail/onnx_layers.hpp>

#include <algorithm>
#include <string>

namespace stylegan::detail {

/// The mapping network: w of the inputs z and labels, (n, w_size).
inline std::string onnx_mapping(OnnxLayers& layers) {
    const Architecture& a = layers.architecture();
    OnnxGraph& graph = layers.graph();
    const std::string at = "G_mapping/";
    std::string x = graph.input("z", {"n", Index{a.latent_size}});
    if (a.label_size > 0) {
        std::string label = graph.input("labels", {"n", Index{a.label_size}});
        if (!a.progressive_gan)
            label = graph.node("MatMul", at + "LabelConcat/MatMul",
                               {label, layers.parameter(at + "LabelConcat/weight", {a.label_size, a.latent_size})});
        x = graph.node("Concat", at + "LabelConcat", {x, label}, {{"axis", 1}});
    }
    if (a.normalize_latents) x = layers.pixel_norm(at, x, AnyMappingNetwork<Cpu>::epsilon);
    for (int i = 0; i < a.mapping_layers; ++i) {
        const std::string dense = text(at, "Dense", i, '/');
        const Index in = a.mapping_width(i), out = a.mapping_width(i + 1);
        const EqualizedLr rate{.lrmul = a.mapping_lrmul.value(), .wscale = a.use_wscale};
        const std::string weight = layers.parameter(dense + "weight", {in, out}, rate.scale(in));
        x = graph.node("Gemm", dense + "Gemm", {x, weight, layers.parameter(dense + "bias", {out}, rate.lrmul)});
        x = layers.activated(dense, x, a.mapping_slope());
    }
    return x;
}

/// w of each layer, (n, layers, w_size), of w (n, w_size). Those below the cutoff are truncated by the input psi. A
/// Progressive GAN has no average w, so nothing is truncated.
inline std::string onnx_truncation(OnnxLayers& layers, const std::string& w, int cutoff) {
    const Architecture& a = layers.architecture();
    OnnxGraph& graph = layers.graph();
    const auto repeated = [&](const std::string& name, const std::string& x, Index count) {
        const std::string row = graph.node("Unsqueeze", name + "/Unsqueeze", {x, layers.integers("axes1", {1}, {1})});
        return graph.node("Expand", name, {row, layers.integers(name + "/shape", {3}, {1, count, 1})});
    };
    const Index all = a.layers(), truncated = std::clamp<Index>(cutoff, 0, all);
    if (a.progressive_gan) return repeated("w", w, all);
    const std::string at = "Truncation/", psi = graph.input("psi", {});
    if (truncated == 0) return repeated("w", w, all);
    const std::string mean = layers.parameter("dlatent_avg", {1, a.w_size()});
    const std::string distance = graph.node("Mul", at + "Mul", {psi, graph.node("Sub", at + "Sub", {w, mean})});
    const std::string near = graph.node("Add", at + "Add", {mean, distance});
    if (truncated == all) return repeated("w", near, all);
    const std::string below = repeated(at + "below", near, truncated);
    return graph.node("Concat", "w", {below, repeated(at + "above", w, all - truncated)}, {{"axis", 1}});
}

}  // namespace stylegan::detail
