// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/eigen/bias.hpp>
#include <stylegan/ops/eigen/instance_norm.hpp>

#include <span>

/// Style modulation. A style is (N, 2C): the scales of the channels minus 1, then their shifts.
namespace stylegan::ops::eigen {
namespace detail {

/// The scale of a plane in (N, 2C); its shift is `channels` further.
template <class T>
[[nodiscard]] inline T* style_of_plane(const Rows<T>& style, Index plane, Index channels) {
    return style.data + plane / channels * 2 * channels + plane % channels;
}

}  // namespace detail

/// y = x (scale + 1) + shift
template <class S>
void style_modulation(Context<BasicCpu<S>>& c, Maps<const S> x, Rows<const S> style, Maps<S> y) {
    const Index channels = x.extent(1), pixels = pixels_of(x);
    for_each_stretch(c, x.extent(0) * channels, pixels, [&](Index plane, Index first, Index count) {
        const S* const s = detail::style_of_plane(style, plane, channels);
        const S factor = s[0] + S(1), shift = s[channels];
        const Index at = plane * pixels + first;
        assign(
            count, y.data + at, [=](const auto& v) { return v * factor + shift; }, x.data + at);
    });
}

/// dx = dy (scale + 1), dscale = sum(dy x), dshift = sum(dy)
template <class S>
void style_modulation_gradient(Context<BasicCpu<S>>& c, Maps<const S> x, Rows<const S> style, Maps<const S> dy,
                               Maps<S> dx, Rows<S> dstyle) {
    const Index channels = x.extent(1), pixels = pixels_of(x);
    for_each_plane(c, x.extent(0) * channels, pixels, [&](Index plane) {
        const Index at = plane * pixels;
        const S factor = *detail::style_of_plane(style, plane, channels) + S(1);
        const Sums<2> s = assign_and_sum<2>(
            pixels, dx.data + at,
            [=](auto* sum, const auto& d, const auto& v) {
                sum[0] += d * v;
                sum[1] += d;
                return factor * d;
            },
            dy.data + at, x.data + at);
        if (dstyle.empty()) return;
        S* const to = detail::style_of_plane(dstyle, plane, channels);
        to[0] = static_cast<S>(s[0]);
        to[channels] = static_cast<S>(s[1]);
    });
}

/// y_dot = x_dot (scale + 1) + x scale_dot + shift_dot; style_dot empty for a constant style
template <class S>
void style_modulation_tangent(Context<BasicCpu<S>>& c, Maps<const S> x, Rows<const S> style, Maps<const S> x_dot,
                              Rows<const S> style_dot, Maps<S> y_dot) {
    const Index channels = x.extent(1), pixels = pixels_of(x);
    for_each_stretch(c, x.extent(0) * channels, pixels, [&](Index plane, Index first, Index count) {
        const Index at = plane * pixels + first;
        const S factor = *detail::style_of_plane(style, plane, channels) + S(1);
        const S* const s = style_dot.empty() ? nullptr : detail::style_of_plane(style_dot, plane, channels);
        const S rate = s ? s[0] : S(0), shift = s ? s[channels] : S(0);
        assign(
            count, y_dot.data + at,
            [=](const auto& v_dot, const auto& v) { return v_dot * factor + (v * rate + shift); }, x_dot.data + at,
            x.data + at);
    });
}

/// dx_dot = dy_dot (scale + 1) + dy scale_dot, dscale_dot = sum(dy_dot x + dy x_dot), dshift_dot = sum(dy_dot)
template <class S>
void style_modulation_gradient_tangent(Context<BasicCpu<S>>& c, Maps<const S> x, Rows<const S> style,
                                       Maps<const S> x_dot, Rows<const S> style_dot, Maps<const S> dy,
                                       Maps<const S> dy_dot, Maps<S> dx_dot, Rows<S> dstyle_dot) {
    const Index channels = x.extent(1), pixels = pixels_of(x);
    for_each_plane(c, x.extent(0) * channels, pixels, [&](Index plane) {
        const Index at = plane * pixels;
        const S factor = *detail::style_of_plane(style, plane, channels) + S(1);
        const S rate = style_dot.empty() ? S(0) : *detail::style_of_plane(style_dot, plane, channels);
        const Sums<2> s = assign_and_sum<2>(
            pixels, dx_dot.data + at,
            [=](auto* sum, const auto& d_dot, const auto& d, const auto& v, const auto& v_dot) {
                sum[0] += d_dot * v + d * v_dot;
                sum[1] += d_dot;
                return d_dot * factor + d * rate;
            },
            dy_dot.data + at, dy.data + at, x.data + at, x_dot.data + at);
        if (dstyle_dot.empty()) return;
        S* const to = detail::style_of_plane(dstyle_dot, plane, channels);
        to[0] = static_cast<S>(s[0]);
        to[channels] = static_cast<S>(s[1]);
    });
}

/// bias_activation(), instance_norm() and style_modulation() one after the other
template <class S>
void style_epilogue(Context<BasicCpu<S>>& c, Maps<const S> x, Maps<const S> noise, std::span<const S> noise_weight,
                    S strength, std::span<const S> bias, S slope, S eps, Rows<const S> style, Maps<S> y) {
    const Workspace::Frame frame(c.workspace());
    const Rows<S> inverse = c.take(x.extent(0), x.extent(1));
    bias_activation<S>(c, x, noise, noise_weight, strength, bias, S(1), slope, y);
    instance_norm<S>(c, y, eps, y, inverse);
    style_modulation<S>(c, y, style, y);
}

}  // namespace stylegan::ops::eigen
