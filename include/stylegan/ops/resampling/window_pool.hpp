// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution/window.hpp>
#include <stylegan/ops/vector/scratch.hpp>

#include <algorithm>
#include <limits>
#include <type_traits>

namespace stylegan::ops {

/// What a window of pixels becomes: its largest value or its mean. Pixels outside of the picture do not count.
enum class Pool { largest, mean };

namespace detail {

/// The pools of one plane: of columns into `line`, a row of x, then of its values.
template <bool Largest, class S>
void pool_plane(const Window& w, const S* x, Index height, Index width, S* y, Index rows, Index columns, S* line) {
    const auto add = [](S sum, S v) { return Largest ? std::max(sum, v) : sum + v; };
    const S nothing = Largest ? -std::numeric_limits<S>::infinity() : S(0);
    // [begin, end): columns whose windows lie in the plane
    const Index begin = std::min(columns, (w.pad_width + w.stride - 1) / w.stride),
                end = std::max(begin, std::min(columns, (width + w.pad_width - w.width) / w.stride + 1));
    for (Index row = 0; row < rows; ++row, y += columns) {
        const Index at = row * w.stride - w.pad_height, top = std::max<Index>(0, at),
                    high = std::min(height, at + w.height) - top;
        std::fill_n(line, width, nothing);
        for (const S* from = x + top * width; from != x + (top + high) * width; from += width)
            for (Index u = 0; u < width; ++u) line[u] = add(line[u], from[u]);
        const auto border = [&](Index column) {
            const Index left = std::max<Index>(0, column * w.stride - w.pad_width),
                        right = std::min(width, column * w.stride - w.pad_width + w.width);
            y[column] = nothing;
            for (Index u = left; u < right; ++u) y[column] = add(y[column], line[u]);
            if (!Largest) y[column] *= S(1) / static_cast<S>(high * (right - left));
        };
        for (Index column = 0; column < begin; ++column) border(column);
        std::fill_n(y + begin, end - begin, nothing);
        for (Index k = 0; k < w.width; ++k) {
            const S* const from = line + k - w.pad_width;
            if (w.stride == 1)
                for (Index column = begin; column < end; ++column) y[column] = add(y[column], from[column]);
            else
                for (Index column = begin; column < end; ++column) y[column] = add(y[column], from[column * w.stride]);
        }
        const S share = S(1) / static_cast<S>(high * w.width);
        for (Index column = begin; column < end && !Largest; ++column) y[column] *= share;
        for (Index column = end; column < columns; ++column) border(column);
    }
}

}  // namespace detail

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
    parallel_for_with_scratch(c, x.extent(0) * channels, width, [&](Index plane, S* line) {
        const S* const from = x.data + plane * height * width;
        S* const to = y.data + (plane / channels * y.extent(1) + first + plane % channels) * rows * columns;
        if (kind == Pool::largest)
            detail::pool_plane<true>(window, from, height, width, to, rows, columns, line);
        else
            detail::pool_plane<false>(window, from, height, width, to, rows, columns, line);
    });
}

}  // namespace stylegan::ops
