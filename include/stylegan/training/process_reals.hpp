// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>

#include <algorithm>
#include <cstdint>
#include <span>

namespace stylegan {

/// Prepares a real picture for the discriminator: scales it to [-1, 1], mirrors it if asked, and, while a resolution
/// fades in, blends it with its own 2x2-averaged version. (The official code then repeats pixels up to full resolution.
/// Here the networks take pictures of the size of the stage.)
///
/// @param pixels  (C, H, W), values 0 to 255
/// @param fade    share of the averaged version, in [0, 1)
/// @param y       (C, H, W), overwritten
/// @see Karras et al. (2018), figure 2
template <class Scalar>
void process_real(std::span<const std::uint8_t> pixels, Index channels, Index height, Index width, bool mirror,
                  double fade, Scalar* y) {
    const auto value = [&](Index c, Index h, Index w) {
        const Index column = mirror ? width - 1 - w : w;
        return static_cast<double>(pixels[static_cast<std::size_t>((c * height + h) * width + column)]) *
                   (2.0 / 255.0) -
               1.0;
    };
    for (Index c = 0; c < channels; ++c)
        for (Index h = 0; h < height; ++h)
            for (Index w = 0; w < width; ++w) {
                double v = value(c, h, w);
                if (fade > 0) {
                    const Index h0 = h / 2 * 2, w0 = w / 2 * 2;
                    const double mean =
                        (value(c, h0, w0) + value(c, h0, w0 + 1) + value(c, h0 + 1, w0) + value(c, h0 + 1, w0 + 1)) / 4;
                    v += fade * (mean - v);
                }
                y[(c * height + h) * width + w] = static_cast<Scalar>(v);
            }
}

}  // namespace stylegan
