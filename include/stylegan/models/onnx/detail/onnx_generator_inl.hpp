// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/models/onnx/detail/onnx_mapping.hpp>
#include <stylegan/models/onnx/detail/onnx_synthesis.hpp>
#include <stylegan/models/onnx/write_onnx.hpp>

namespace stylegan {

STYLEGAN_INLINE OnnxGraph detail::onnx_generator(const Architecture& a, const OnnxParameters& parameters, Level level,
                                                 const OnnxOptions& options) {
    OnnxLayers layers(a, parameters);
    OnnxGraph& graph = layers.graph();
    const std::vector<OnnxExtent> w_shape{"n", Index{a.layers()}, Index{a.w_size()}};
    const bool of_z = options.input == OnnxInput::z;
    const std::string w =
        of_z ? onnx_truncation(layers, onnx_mapping(layers), options.cutoff) : graph.input("w", w_shape);
    const std::string picture = OnnxSynthesis(layers, w, level, options.noise).picture();
    const Size s = a.picture();
    graph.output(picture, {"n", Index{a.num_channels}, Index{s.height}, Index{s.width}});
    if (of_z) graph.output(w, w_shape);
    graph.describe(
        "A generator of StyleGAN (2019). picture is (n, channels, height, width), about within [-1, 1]; an 8-bit pixel "
        "is "
        "x * 127.5 + 128, truncated and limited to 0 to 255.");
    graph.metadata("architecture", architecture_to_json(a).dump());
    return graph;
}

}  // namespace stylegan
