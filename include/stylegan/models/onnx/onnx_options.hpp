// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

namespace stylegan {

/// What an exported generator takes.
enum class OnnxInput {
    z,  ///< latents: mapping network, truncation and synthesis network
    w,  ///< w of each layer: the synthesis network alone
};

/// Where the noise of an exported generator comes from.
enum class OnnxNoise {
    constant,  ///< the maps stored with the network
    input,     ///< an input for each layer: noise0, noise1, ...
    none,      ///< no noise
};

/// Options of write_onnx().
struct OnnxOptions {
    OnnxInput input = OnnxInput::z;         ///< what the model takes
    OnnxNoise noise = OnnxNoise::constant;  ///< source of the noise maps
    int cutoff = 1 << 30;                   ///< the first layer that is not truncated
    std::optional<double> lod{};            ///< level of detail; the network's own if not given
};

}  // namespace stylegan
