// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution/window.hpp>

#include <algorithm>
#include <limits>
#include <type_traits>

namespace stylegan::ops {

/// What a window of pixels becomes: its largest value or its mean. Pixels outside of the picture do not count.
enum class Pool { largest, mean };

/// The largest value or the mean of the pixels in each window. Forward only.
/// @param x      (N, C, H, W)
/// @param y      (N, D, H', W') with H', W' of window.output(); channels [first, first + C) are overwritten
/// @throws ShapeError if the shapes do not match
template <class S>
void window_pool(Context<BasicCpu<S>>& c, Pool kind, const Window& window, std::type_identity_t<Maps<const S>> x,
                 std::type_identity_t<Maps<S>> y, Index first = 0) {
    constexpr const char* op = "window_pool";
    const Index channels = x.extent(1), height = x.extent(2), width = x.extent(3);
    require_equal(op, "batch of y", y.extent(0), x.extent(0));
    require_equal(op, "height of y", y.extent(2), window.output_height(height));
    require_equal(op, "width of y", y.extent(3), window.output_width(width));
    if (first < 0 || first + channels > y.extent(1))
        throw ShapeError(text(op, ": channels ", first, " to ", first + channels - 1, " of y, which has ", y.extent(1),
                              " channels"));
    const Index rows = y.extent(2), columns = y.extent(3);
    c.parallel_for(x.extent(0) * channels, [&](Index plane) {
        const S* const from = x.data + plane * height * width;
        S* const to = y.data + (plane / channels * y.extent(1) + first + plane % channels) * rows * columns;
        for (Index r = 0; r < rows; ++r) {
            const Index top = std::max<Index>(0, r * window.stride - window.pad_height),
                        bottom = std::min(height, r * window.stride - window.pad_height + window.height);
            for (Index column = 0; column < columns; ++column) {
                const Index at = column * window.stride - window.pad_width;
                const Index left = std::max<Index>(0, at), right = std::min(width, at + window.width);
                S largest = -std::numeric_limits<S>::infinity(), sum = 0;
                for (Index v = top; v < bottom; ++v)
                    for (Index u = left; u < right; ++u) {
                        largest = std::max(largest, from[v * width + u]);
                        sum += from[v * width + u];
                    }
                to[r * columns + column] =
                    kind == Pool::largest ? largest : sum / static_cast<S>((bottom - top) * (right - left));
            }
        }
    });
}

}  // namespace stylegan::ops
