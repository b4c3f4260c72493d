// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/tensors/named_tensors.hpp>

#include <optional>
#include <string>

namespace stylegan::detail {

/// Recognises the discriminators of the PyTorch ports. They are not read: neither has the activation after the
/// convolution of the input picture, and rosinality's takes its minibatch statistics over the whole batch. As official
/// discriminators they would silently give other scores.
/// @return which discriminator it is and why it is not read; nothing if there is none
inline std::optional<std::string> port_discriminator(const NamedTensors& tensors) {
    for (const std::string& name : tensors.names()) {
        const bool rosinality =
            name.ends_with("from_rgb.0.conv.weight_orig") || name.ends_with("from_rgb.0.0.conv.weight_orig");
        if (rosinality)
            return "a discriminator of rosinality/style-based-gan-pytorch, which is not read: its input layers have no "
                   "activation and its minibatch statistics go over the whole batch, unlike the official one's";
        if (name.ends_with("final_block.conv.weight"))
            return "a discriminator of huangzh13/StyleGAN.pytorch, which is not read: its input layers have no "
                   "activation, unlike the official one's";
    }
    return std::nullopt;
}

}  // namespace stylegan::detail
