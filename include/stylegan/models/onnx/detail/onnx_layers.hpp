// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/layers/equalized_lr.hpp>
#include <stylegan/models/onnx/detail/onnx_parameters.hpp>
#include <stylegan/models/onnx/detail/onnx_weights.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace stylegan::detail {

/// The layers of a generator as nodes of a graph. Nodes and constants are named after the parameters: `at` is the prefix
/// of a layer, such as "G_synthesis/4x4/Const/". Each function that adds a value returns its name.
class OnnxLayers {
public:
    OnnxLayers(const Architecture& a, const OnnxParameters& parameters) : a_(a), parameters_(parameters) {}

    [[nodiscard]] const Architecture& architecture() const { return a_; }
    [[nodiscard]] OnnxGraph& graph() { return graph_; }

    // ---- constants; one that is there already is used again

    std::string constant(const std::string& name, const std::vector<Index>& shape, OnnxGraph::Values values) {
        return graph_.has(name) ? name : graph_.constant(name, shape, std::move(values));
    }
    std::string integers(const std::string& name, const std::vector<Index>& shape,
                         const std::vector<std::int64_t>& values) {
        return graph_.has(name) ? name : graph_.integers(name, shape, values);
    }
    /// A parameter, times a factor.
    std::string parameter(const std::string& name, const std::vector<Index>& shape, double factor = 1) {
        return constant(name, shape, [read = read(name), factor] { return onnx_scaled(read(), factor); });
    }
    /// What reads a parameter.
    [[nodiscard]] const OnnxGraph::Values& read(const std::string& name) const {
        const auto found = parameters_.find(name);
        if (found == parameters_.end()) throw ValueError(text("write_onnx: the generator has no parameter ", name));
        return found->second;
    }
    /// The learning rate of a layer that is not in the mapping network.
    [[nodiscard]] EqualizedLr lr(double gain = EqualizedLr{}.gain) const {
        return {.gain = gain, .wscale = a_.use_wscale};
    }

    // ---- layers

    /// Leaky ReLU, or ReLU.
    std::string activated(const std::string& at, const std::string& x, double slope) {
        if (slope == 0) return graph_.node("Relu", at + "Relu", {x});
        return graph_.node("LeakyRelu", at + "LeakyRelu", {x}, {{"alpha", static_cast<float>(slope)}});
    }
    /// x divided by the root of its mean square over axis 1.
    std::string pixel_norm(const std::string& at, const std::string& x, float epsilon) {
        const std::string square = graph_.node("Mul", at + "PixelNorm/Square", {x, x});
        const std::string mean = graph_.node("ReduceMean", at + "PixelNorm/Mean", {square},
                                             {{"axes", std::vector<std::int64_t>{1}}, {"keepdims", 1}});
        const std::string eps = constant("epsilon", {}, [epsilon] { return std::vector<float>{epsilon}; });
        const std::string sum = graph_.node("Add", at + "PixelNorm/Sum", {mean, eps});
        return graph_.node("Div", at + "PixelNorm", {x, graph_.node("Sqrt", at + "PixelNorm/Root", {sum})});
    }
    /// Each of the feature maps with mean 0 and variance 1.
    std::string instance_norm(const std::string& at, const std::string& x, Index maps) {
        const auto all = [&](const char* name, float value) {
            return constant(text(name, maps), {maps},
                            [=] { return std::vector<float>(static_cast<std::size_t>(maps), value); });
        };
        return graph_.node("InstanceNormalization", at + "InstanceNorm", {x, all("ones", 1), all("zeros", 0)},
                           {{"epsilon", static_cast<float>(a_.instance_norm_epsilon.value())}});
    }
    /// x * (scale + 1) + shift, with [scale, shift] = A w + b. The 1 becomes part of b.
    std::string modulated(const std::string& at, const std::string& x, const std::string& w, Index maps) {
        const Index in = a_.w_size();
        const std::string style = at + "StyleMod/";
        const auto columns = [&](const std::string& half, const char* of, const std::vector<Index>& shape,
                                 double factor, double summand) {
            const Index first = half == "scale/" ? 0 : maps;
            return constant(style + half + of, shape, [=, read = read(style + of)] {
                return onnx_columns(read(), 2 * maps, first, maps, factor, summand);
            });
        };
        const auto affine = [&](const std::string& half, double summand) {
            const std::string weight = columns(half, "weight", {in, maps}, lr(1).scale(in), 0);
            const std::string y =
                graph_.node("Gemm", style + half + "Gemm", {w, weight, columns(half, "bias", {maps}, 1, summand)});
            return graph_.node("Unsqueeze", style + half + "Unsqueeze", {y, integers("axes2,3", {2}, {2, 3})});
        };
        const std::string scaled = graph_.node("Mul", style + "Mul", {x, affine("scale/", 1)});
        return graph_.node("Add", style + "Add", {scaled, affine("shift/", 0)});
    }
    /// A convolution of the same size with a bias, both times a share.
    std::string convolution(const std::string& at, const std::string& x, Index kernel, Index in, Index out,
                            const EqualizedLr& rate, double share = 1) {
        const double factor = rate.scale(kernel * kernel * in) * share;
        const std::string weight =
            constant(at + "weight", {out, in, kernel, kernel}, [read = read(at + "weight"), kernel, in, out, factor] {
                return onnx_convolution(read(), kernel, in, out, factor);
            });
        return graph_.node("Conv", at + "Conv", {x, weight, parameter(at + "bias", {out}, share)},
                           {{"pads", std::vector<std::int64_t>(4, kernel / 2)}});
    }
    /// Each pixel repeated along both sides.
    std::string upscaled(const std::string& at, const std::string& x, int factor) {
        const auto f = static_cast<float>(factor);
        const std::string scales = constant(text("scales", factor), {4}, [f] {
            return std::vector<float>{1, 1, f, f};
        });
        return graph_.node(
            "Resize", at + "Upscale2D", {x, "", scales},
            {{"mode", "nearest"}, {"coordinate_transformation_mode", "asymmetric"}, {"nearest_mode", "floor"}});
    }
    /// Upscaling by 2, convolution, blur and bias.
    std::string up_convolution(const std::string& at, const std::string& x, Index in, Index out, bool rotated) {
        const double factor = lr().scale(9 * in);
        const std::string weight =
            constant(at + "weight", {in, out, 4, 4}, [read = read(at + "weight"), in, out, rotated, factor] {
                return onnx_up_convolution(read(), in, out, rotated, factor);
            });
        const std::string bias = parameter(at + "bias", {out});
        const bool blurred = a_.blur_filter.length > 0;
        std::vector<std::string> inputs{x, weight};
        if (!blurred || a_.bias_before_blur) inputs.push_back(bias);
        std::string y =
            graph_.node("ConvTranspose", at + "ConvTranspose", inputs,
                        {{"pads", std::vector<std::int64_t>(4, 1)}, {"strides", std::vector<std::int64_t>{2, 2}}});
        if (!blurred) return y;
        inputs = {y, blur(out)};
        if (!a_.bias_before_blur) inputs.push_back(bias);
        return graph_.node(
            "Conv", at + "Blur", inputs,
            {{"group", out}, {"pads", std::vector<std::int64_t>(4, std::int64_t{a_.blur_filter.length / 2})}});
    }

private:
    /// The weights of a blur of so many feature maps.
    std::string blur(Index maps) {
        const BlurFilter& filter = a_.blur_filter;
        std::vector<double> taps(static_cast<std::size_t>(filter.length));
        for (std::size_t i = 0; i < taps.size(); ++i) taps[i] = filter.taps[i].value() / filter.sum();
        return constant(text("blur", maps), {maps, 1, filter.length, filter.length},
                        [taps, maps] { return onnx_blur(taps, maps); });
    }

    const Architecture& a_;
    const OnnxParameters& parameters_;
    OnnxGraph graph_{"stylegan"};
};

}  // namespace stylegan::detail
