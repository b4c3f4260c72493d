// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/elementwise.hpp>
#include <stylegan/ops/style/style_modulation.hpp>

namespace stylegan::ops {
namespace detail {

/// Writes the sums of the gradient of a style to (N, 2C): [dscale (C), dbias (C)].
inline void store_style_sums(Context<Cuda>& c, const gpu::Sums<2>* sums, Index channels, Rows<float> dstyle) {
    float* const to = dstyle.data;
    c.launch(dstyle.size() / 2, [=] STYLEGAN_DEVICE(Index plane) {
        const Index at = style_at(plane, channels);
        to[at] = static_cast<float>(sums[plane].value[0]);
        to[at + channels] = static_cast<float>(sums[plane].value[1]);
    });
}

}  // namespace detail

/// @see the overload for the CPU
inline void style_modulation(Context<Cuda>& c, Maps<const float> x, Rows<const float> style, Maps<float> y) {
    detail::check_style_modulation(x, style, y);
    const Index channels = x.extent(1), pixels = pixels_of(x);
    const float *const from = x.data, *const styles = style.data;
    float* const to = y.data;
    c.compute(x.extent(0) * channels, pixels, to, [=] STYLEGAN_DEVICE(Index plane, Index pixel) {
        const float* const s = styles + detail::style_at(plane, channels);
        return ScaleShift<float>{s[0] + 1.0f, s[channels]}(from[plane * pixels + pixel]);
    });
}

/// @see the overload for the CPU
inline void style_modulation_gradient(Context<Cuda>& c, Maps<const float> x, Rows<const float> style,
                                      Maps<const float> dy, Maps<float> dx, Rows<float> dstyle) {
    detail::check_style_modulation_gradient(x, style, dy, dx, dstyle);
    const Index channels = x.extent(1), pixels = pixels_of(x), planes = x.extent(0) * channels;
    const float *const from = x.data, *const d = dy.data, *const styles = style.data;
    float* const to = dx.data;
    if (!dstyle.empty()) {  // first: dx may be dy
        const Workspace::Frame frame(c.workspace());
        const auto* const sums = c.segmented_sums<2>(planes, pixels, [=] STYLEGAN_DEVICE(Index plane, Index pixel) {
            const Index i = plane * pixels + pixel;
            const double g = d[i];
            return gpu::Sums<2>{{g * static_cast<double>(from[i]), g}};
        });
        detail::store_style_sums(c, sums, channels, dstyle);
    }
    c.compute(planes, pixels, to, [=] STYLEGAN_DEVICE(Index plane, Index pixel) {
        return ScaleShift<float>{styles[detail::style_at(plane, channels)] + 1.0f, 0.0f}(d[plane * pixels + pixel]);
    });
}

/// @see the overload for the CPU
inline void style_modulation_tangent(Context<Cuda>& c, Maps<const float> x, Rows<const float> style,
                                     Maps<const float> x_dot, Rows<const float> style_dot, Maps<float> y_dot) {
    detail::check_style_modulation_tangent(x, style, x_dot, style_dot, y_dot);
    const Index channels = x.extent(1), pixels = pixels_of(x);
    const float *const from = x.data, *const from_dot = x_dot.data, *const styles = style.data,
                       *const rates = style_dot.data;
    float* const to = y_dot.data;
    c.compute(x.extent(0) * channels, pixels, to, [=] STYLEGAN_DEVICE(Index plane, Index pixel) {
        const Index i = plane * pixels + pixel, at = detail::style_at(plane, channels);
        const float factor = styles[at] + 1.0f;
        return rates == nullptr ? ScaleShift<float>{factor, 0.0f}(from_dot[i])
                                : TwoProducts<float>{factor, rates[at], rates[at + channels]}(from_dot[i], from[i]);
    });
}

/// @see the overload for the CPU
inline void style_modulation_gradient_tangent(Context<Cuda>& c, Maps<const float> x, Rows<const float> style,
                                              Maps<const float> x_dot, Rows<const float> style_dot,
                                              Maps<const float> dy, Maps<const float> dy_dot, Maps<float> dx_dot,
                                              Rows<float> dstyle_dot) {
    detail::check_style_modulation_gradient_tangent(x, style, x_dot, style_dot, dy, dy_dot, dx_dot, dstyle_dot);
    const Index channels = x.extent(1), pixels = pixels_of(x), planes = x.extent(0) * channels;
    const float *const from = x.data, *const from_dot = x_dot.data, *const styles = style.data,
                       *const rates = style_dot.data, *const d = dy.data, *const d_dot = dy_dot.data;
    float* const to = dx_dot.data;
    if (!dstyle_dot.empty()) {  // first: dx_dot may be dy_dot
        const Workspace::Frame frame(c.workspace());
        const auto* const sums = c.segmented_sums<2>(planes, pixels, [=] STYLEGAN_DEVICE(Index plane, Index pixel) {
            const Index i = plane * pixels + pixel;
            const double g_dot = d_dot[i];
            return gpu::Sums<2>{
                {g_dot * static_cast<double>(from[i]) + static_cast<double>(d[i]) * static_cast<double>(from_dot[i]),
                 g_dot}};
        });
        detail::store_style_sums(c, sums, channels, dstyle_dot);
    }
    c.compute(planes, pixels, to, [=] STYLEGAN_DEVICE(Index plane, Index pixel) {
        const Index i = plane * pixels + pixel, at = detail::style_at(plane, channels);
        const TwoProducts<float> f{styles[at] + 1.0f, rates == nullptr ? 0.0f : rates[at], 0.0f};
        return f(d_dot[i], d[i]);
    });
}

}  // namespace stylegan::ops
#endif
