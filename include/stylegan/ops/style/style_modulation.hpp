// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/ops/eigen/style_modulation.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>

/// Style modulation, the second half of AdaIN (arXiv 1812.04948, equation 1): one scale and one bias for each sample
/// and channel. The scale is stored as its difference from 1.
namespace stylegan::ops {

/// x * factor + shift
template <class S>
struct ScaleShift {
    S factor, shift;
    template <class V>
    STYLEGAN_HOST_DEVICE V operator()(V x) const {
        return x * factor + shift;
    }
};

/// a * first + b * second + shift
template <class S>
struct TwoProducts {
    S first, second, shift;
    template <class V>
    STYLEGAN_HOST_DEVICE V operator()(V a, V b) const {
        return a * first + (b * second + shift);
    }
};

namespace detail {

/// The offset of the scale of a plane in (N, 2C); its bias is `channels` further.
[[nodiscard]] STYLEGAN_HOST_DEVICE inline Index style_at(Index plane, Index channels) {
    return plane / channels * 2 * channels + plane % channels;
}

template <class A, class B>
void require_style(const char* where, const char* what, const Rows<A>& style, const Maps<B>& x) {
    require_shape(where, what, style, x.extent(0), 2 * x.extent(1));
}

// The checks for both devices. @throws ShapeError

void check_style_modulation(const auto& x, const auto& style, const auto& y) {
    require_style("style_modulation", "style", style, x);
    require_same_shape("style_modulation", "y", y, x);
}

void check_style_modulation_gradient(const auto& x, const auto& style, const auto& dy, const auto& dx,
                                     const auto& dstyle) {
    constexpr const char* where = "style_modulation_gradient";
    require_style(where, "style", style, x);
    require_same_shape(where, "dy", dy, x);
    require_same_shape(where, "dx", dx, x);
    if (!dstyle.empty()) require_same_shape(where, "dstyle", dstyle, style);
}

void check_style_modulation_tangent(const auto& x, const auto& style, const auto& x_dot, const auto& style_dot,
                                    const auto& y_dot) {
    constexpr const char* where = "style_modulation_tangent";
    require_style(where, "style", style, x);
    if (!style_dot.empty()) require_same_shape(where, "style_dot", style_dot, style);
    require_same_shape(where, "x_dot", x_dot, x);
    require_same_shape(where, "y_dot", y_dot, x);
}

void check_style_modulation_gradient_tangent(const auto& x, const auto& style, const auto& x_dot, const auto& style_dot,
                                             const auto& dy, const auto& dy_dot, const auto& dx_dot,
                                             const auto& dstyle_dot) {
    constexpr const char* where = "style_modulation_gradient_tangent";
    require_style(where, "style", style, x);
    require_same_shape(where, "x_dot", x_dot, x);
    if (!style_dot.empty()) require_same_shape(where, "style_dot", style_dot, style);
    require_same_shape(where, "dy", dy, x);
    require_same_shape(where, "dy_dot", dy_dot, x);
    require_same_shape(where, "dx_dot", dx_dot, x);
    if (!dstyle_dot.empty()) require_same_shape(where, "dstyle_dot", dstyle_dot, style);
}

}  // namespace detail

/// y(n,c,h,w) = x(n,c,h,w) * (style(n,c) + 1) + style(n,C+c)
///
/// @param x, y   (N, C, H, W); y may be x
/// @param style  (N, 2C): [scale (C), bias (C)]
/// @throws ShapeError if the shapes do not match
template <class S>
void style_modulation(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, Rows<const Same<S>> style, Maps<Same<S>> y) {
    detail::check_style_modulation(x, style, y);
    if (eigen::chosen(c)) return eigen::style_modulation<S>(c, x, style, y);
    const Index channels = x.extent(1), pixels = pixels_of(x);
    for_each_stretch(c, x.extent(0) * channels, pixels, [&](Index plane, Index first, Index count) {
        const S* s = style.data + detail::style_at(plane, channels);
        const Index at = plane * pixels + first;
        map(count, y.data + at, ScaleShift<S>{s[0] + S(1), s[channels]}, x.data + at);
    });
}

/// dx = dy * (scale + 1), dscale = sum over h,w of dy * x, dbias = sum over h,w of dy.
///
/// @param x, style  as they went into style_modulation
/// @param dy, dx    (N, C, H, W); dx may be dy
/// @param dstyle    (N, 2C): [dscale (C), dbias (C)], overwritten; empty if not needed
/// @throws ShapeError if the shapes do not match
template <class S>
void style_modulation_gradient(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, Rows<const Same<S>> style,
                               Maps<const Same<S>> dy, Maps<Same<S>> dx, Rows<Same<S>> dstyle) {
    detail::check_style_modulation_gradient(x, style, dy, dx, dstyle);
    if (eigen::chosen(c)) return eigen::style_modulation_gradient<S>(c, x, style, dy, dx, dstyle);
    const Index channels = x.extent(1), pixels = pixels_of(x);
    for_each_plane(c, x.extent(0) * channels, pixels, [&](Index plane) {
        const Index at = plane * pixels, style_at = detail::style_at(plane, channels);
        const ScaleShift<S> f{style.data[style_at] + S(1), S(0)};
        if (dstyle.empty()) {
            map(pixels, dx.data + at, f, dy.data + at);
            return;
        }
        const auto s = map_and_sum<2>(
            pixels, dx.data + at,
            [&](auto* part, auto d, auto v) {
                part[0] += d * v;
                part[1] += d;
                return f(d);
            },
            dy.data + at, x.data + at);
        dstyle.data[style_at] = static_cast<S>(s[0]);
        dstyle.data[style_at + channels] = static_cast<S>(s[1]);
    });
}

/// y_dot = x_dot * (scale + 1) + x * scale_dot + bias_dot
///
/// @param x, style      as they went into style_modulation
/// @param x_dot, y_dot  (N, C, H, W); y_dot may be x_dot
/// @param style_dot     (N, 2C); empty for a constant style
/// @throws ShapeError if the shapes do not match
template <class S>
void style_modulation_tangent(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, Rows<const Same<S>> style,
                              Maps<const Same<S>> x_dot, Rows<const Same<S>> style_dot, Maps<Same<S>> y_dot) {
    detail::check_style_modulation_tangent(x, style, x_dot, style_dot, y_dot);
    if (eigen::chosen(c)) return eigen::style_modulation_tangent<S>(c, x, style, x_dot, style_dot, y_dot);
    const Index channels = x.extent(1), pixels = pixels_of(x);
    for_each_stretch(c, x.extent(0) * channels, pixels, [&](Index plane, Index first, Index count) {
        const Index at = plane * pixels + first, style_at = detail::style_at(plane, channels);
        const S factor = style.data[style_at] + S(1);
        if (style_dot.empty())
            map(count, y_dot.data + at, ScaleShift<S>{factor, S(0)}, x_dot.data + at);
        else
            map(count, y_dot.data + at,
                TwoProducts<S>{factor, style_dot.data[style_at], style_dot.data[style_at + channels]}, x_dot.data + at,
                x.data + at);
    });
}

/// The tangent of the gradient: dx_dot = dy_dot * (scale + 1) + dy * scale_dot,
/// dscale_dot = sum over h,w of dy_dot * x + dy * x_dot, dbias_dot = sum over h,w of dy_dot.
///
/// @param x, style, x_dot, style_dot  as they went into style_modulation_tangent
/// @param dy                          of style_modulation_gradient
/// @param dy_dot, dx_dot              (N, C, H, W); dx_dot may be dy_dot
/// @param dstyle_dot                  (N, 2C), overwritten; empty if not needed
/// @throws ShapeError if the shapes do not match
template <class S>
void style_modulation_gradient_tangent(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, Rows<const Same<S>> style,
                                       Maps<const Same<S>> x_dot, Rows<const Same<S>> style_dot, Maps<const Same<S>> dy,
                                       Maps<const Same<S>> dy_dot, Maps<Same<S>> dx_dot, Rows<Same<S>> dstyle_dot) {
    detail::check_style_modulation_gradient_tangent(x, style, x_dot, style_dot, dy, dy_dot, dx_dot, dstyle_dot);
    if (eigen::chosen(c))
        return eigen::style_modulation_gradient_tangent<S>(c, x, style, x_dot, style_dot, dy, dy_dot, dx_dot,
                                                           dstyle_dot);
    const Index channels = x.extent(1), pixels = pixels_of(x);
    for_each_plane(c, x.extent(0) * channels, pixels, [&](Index plane) {
        const Index at = plane * pixels, style_at = detail::style_at(plane, channels);
        const S rate = style_dot.empty() ? S(0) : style_dot.data[style_at];
        const TwoProducts<S> f{style.data[style_at] + S(1), rate, S(0)};
        if (dstyle_dot.empty()) {
            map(pixels, dx_dot.data + at, f, dy_dot.data + at, dy.data + at);
            return;
        }
        const auto s = map_and_sum<2>(
            pixels, dx_dot.data + at,
            [&](auto* part, auto d_dot, auto d, auto v, auto v_dot) {
                part[0] += d_dot * v + d * v_dot;
                part[1] += d_dot;
                return f(d_dot, d);
            },
            dy_dot.data + at, dy.data + at, x.data + at, x_dot.data + at);
        dstyle_dot.data[style_at] = static_cast<S>(s[0]);
        dstyle_dot.data[style_at + channels] = static_cast<S>(s[1]);
    });
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/style_modulation.hpp>
#endif
