// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/compiled.hpp>
#include <stylegan/core/parameter.hpp>
#include <stylegan/io/onnx/onnx_graph.hpp>
#include <stylegan/models/any_generator.hpp>
#include <stylegan/models/level.hpp>
#include <stylegan/models/onnx/detail/onnx_parameters.hpp>
#include <stylegan/models/onnx/onnx_options.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace stylegan {

namespace detail {

/// The graph of a generator, as write_onnx() writes it.
[[nodiscard]] OnnxGraph onnx_generator(const Architecture& a, const OnnxParameters& parameters, Level level,
                                       const OnnxOptions& options);

}  // namespace detail

/// Writes a generator as an ONNX model (opset 17), for other programs to run. Numbers are of type float; the number of
/// pictures, n, is free.
///
/// | input | shape | |
/// |---|---|---|
/// | z | (n, latent_size) | with OnnxInput::z |
/// | labels | (n, classes) | with OnnxInput::z, if the network has labels |
/// | psi | () | with OnnxInput::z: truncation; 1 is none. A Progressive GAN has none |
/// | w | (n, layers, w_size) | with OnnxInput::w |
/// | noise0, noise1, ... | (n, 1, height, width) of the layer | with OnnxNoise::input |
///
/// | output | shape | |
/// |---|---|---|
/// | picture | (n, num_channels, height, width) | about within [-1, 1]; rows from top to bottom |
/// | w | (n, layers, w_size) | with OnnxInput::z: truncated |
///
/// The equalized learning rate is folded into the weights. One tensor at a time is in memory besides the generator.
/// @return inputs and outputs: "z (n, 512), psi () -> picture (n, 3, 1024, 1024), w (n, 18, 512)"
/// @throws ValueError if the options do not fit the network, or the file would have 2 GiB or more; FileError if it
///         cannot be written
template <class D>
std::string write_onnx(const std::filesystem::path& path, const AnyGenerator<D>& generator,
                       const OnnxOptions& options = {}) {
    const Architecture& a = generator.architecture();
    if (options.noise == OnnxNoise::input && !a.use_noise)
        throw ValueError(text(path.string(),
                              ": noise is asked for as an input, expected a network with noise, but its "
                              "use_noise is false"));
    detail::OnnxParameters parameters;
    for_each_parameter(generator, [&](const std::string& name, const Parameter<D>& p) {
        parameters[name] = [&p] {
            const auto values = download(p.value());
            return std::vector<float>(values.begin(), values.end());
        };
    });
    const Level level = Level::of(a, options.lod ? *options.lod : generator.lod());
    const OnnxGraph graph = detail::onnx_generator(a, parameters, level, options);
    graph.write(path);
    return graph.signature();
}

}  // namespace stylegan

#ifndef STYLEGAN_COMPILED
#include <stylegan/models/onnx/detail/onnx_generator_inl.hpp>
#endif
