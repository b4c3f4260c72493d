// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/blocked/window_convolution.hpp>
#include <stylegan/ops/convolution/window.hpp>
#include <stylegan/ops/eigen/window_convolution.hpp>

#include <span>
#include <type_traits>

namespace stylegan::ops {

namespace plain {

/// By its definition, with sums in double.
template <class S>
void window_convolution(Context<BasicCpu<S>>& c, const Window& window, Maps<const S> x, View<const S, 4> w,
                        std::span<const S> bias, Maps<S> y, Index first) {
    const Index outputs = w.extent(3);
    c.parallel_for(y.extent(0) * outputs, [&](Index item) {
        const Index n = item / outputs, o = item % outputs;
        for (Index row = 0; row < y.extent(2); ++row)
            for (Index column = 0; column < y.extent(3); ++column) {
                double sum = 0;
                for (Index ky = 0; ky < window.height; ++ky)
                    for (Index kx = 0; kx < window.width; ++kx) {
                        const Index v = row * window.stride + ky - window.pad_height,
                                    u = column * window.stride + kx - window.pad_width;
                        if (v < 0 || v >= x.extent(2) || u < 0 || u >= x.extent(3)) continue;
                        for (Index i = 0; i < x.extent(1); ++i) sum += double(w(ky, kx, i, o)) * double(x(n, i, v, u));
                    }
                y(n, first + o, row, column) = rectified(static_cast<S>(sum) + bias[static_cast<std::size_t>(o)]);
            }
    });
}

}  // namespace plain

/// A convolution of any kernel and stride, with bias and ReLU, as networks for recognition have them. Forward only.
///
///     y[n,first + o,Y,X] = max(0, bias[o] + sum over i, ky, kx of  w[ky,kx,i,o] x[n,i,sY + ky - pad_y,sX + kx - pad_x])
///
/// @param x      (N, I, H, W), with zeros around
/// @param w      (KH, KW, I, O)
/// @param bias   (O)
/// @param y      (N, C, H', W') with H', W' of window.output(); channels [first, first + O) are overwritten
/// @throws ShapeError if the shapes do not match
template <class S>
void window_convolution(Context<BasicCpu<S>>& c, const Window& window, std::type_identity_t<Maps<const S>> x,
                        std::type_identity_t<View<const S, 4>> w, std::span<const std::type_identity_t<S>> bias,
                        std::type_identity_t<Maps<S>> y, Index first = 0) {
    constexpr const char* op = "window_convolution";
    require_equal(op, "height of the kernel", w.extent(0), window.height);
    require_equal(op, "width of the kernel", w.extent(1), window.width);
    require_equal(op, "number of input channels of the kernel", w.extent(2), x.extent(1));
    require_equal(op, "size of bias", static_cast<Index>(bias.size()), w.extent(3));
    require_equal(op, "batch of y", y.extent(0), x.extent(0));
    require_equal(op, "height of y", y.extent(2), window.output_height(x.extent(2)));
    require_equal(op, "width of y", y.extent(3), window.output_width(x.extent(3)));
    if (first < 0 || first + w.extent(3) > y.extent(1))
        throw ShapeError(text(op, ": channels ", first, " to ", first + w.extent(3) - 1, " of y, which has ",
                              y.extent(1), " channels"));
    if (y.size() == 0) return;
    if (c.kernels() == Kernels::plain) return plain::window_convolution(c, window, x, w, bias, y, first);
    if constexpr (std::is_same_v<S, float>)
        if (c.kernels() == Kernels::fast) return blocked::planar_window_convolution(c, window, x, w, bias, y, first);
    eigen::window_convolution(c, window, x, w, bias, y, first);
}

}  // namespace stylegan::ops
