// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/blocked/detail/direct_window.hpp>
#include <stylegan/ops/blocked/detail/line_window.hpp>
#include <stylegan/ops/blocked/detail/square_window.hpp>
#include <stylegan/ops/blocked/window_convolution.hpp>

#include <algorithm>

namespace stylegan::ops::blocked {

STYLEGAN_INLINE void window_convolution(Context<Cpu>& c, const WindowKernel& kernel, const float* packed,
                                        View<const float, 4> w, const float* bias, BlockedMaps<const float> x,
                                        BlockedMaps<float> y) {
    const WindowCall call{kernel, packed, bias};
    switch (kernel.method) {
        case Method::square: return square_window(c, call, w, x, y);
        case Method::line_x:
            return with_line_form(kernel.window.width,
                                  [&](auto form) { line_window<decltype(form), true>(c, call, x, y); });
        case Method::line_y:
            return with_line_form(kernel.window.height,
                                  [&](auto form) { line_window<decltype(form), false>(c, call, x, y); });
        default: direct_window(c, call, x, y);
    }
}

STYLEGAN_INLINE void picture_convolution(Context<Cpu>& c, const WindowKernel& kernel, const float* packed,
                                         const float* bias, Maps<const float> x, BlockedMaps<float> y) {
    picture_window(c, {kernel, packed, bias}, x, y);
}

STYLEGAN_INLINE void planar_window_convolution(Context<Cpu>& c, const Window& window, Maps<const float> x,
                                               View<const float, 4> w, std::span<const float> bias, Maps<float> y,
                                               Index first) {
    const Workspace::Frame frame(c.workspace());
    const Index inputs = x.extent(1), outputs = w.extent(3);
    const WindowKernel kernel(window, inputs, outputs, false);
    float* const packed = c.workspace().take<float>(kernel.size());
    if (kernel.size() > 0) c.parallel_for(kernel.panels(), [&](Index p) { kernel.pack(w, p, packed); });
    float* const shift = c.workspace().take<float>(kernel.blocks() * lanes);
    std::fill_n(std::copy_n(bias.data(), outputs, shift), kernel.blocks() * lanes - outputs, 0.0f);
    const BlockedMaps<float> out = take(c, y.extent(0), kernel.blocks(), y.extent(2), y.extent(3));
    if (kernel.method == Method::picture) {
        picture_convolution(c, kernel, packed, shift, x, out);
    } else {
        const BlockedMaps<float> in = take(c, x.extent(0), blocks_of(inputs), x.extent(2), x.extent(3));
        to_blocked(c, x, in);
        window_convolution(c, kernel, packed, w, shift, in, out);
    }
    from_blocked(c, out, y, first, outputs);
}

}  // namespace stylegan::ops::blocked
