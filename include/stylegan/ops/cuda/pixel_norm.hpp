// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/elementwise.hpp>
#include <stylegan/ops/norm/pixel_norm.hpp>

namespace stylegan::ops {
namespace detail {

/// to[k][p] = the sum over the channels of f(offset).value[k] at pixel p of (N, 1, H, W).
/// Vectors are reduced in segments; for maps a thread sums one pixel, so that reads of neighbouring threads coalesce.
template <int K, class F>
const gpu::Sums<K>* channel_sums(Context<Cuda>& c, Maps<const float> x, const F& f) {
    const Index channels = x.extent(1), pixels = pixels_of(x);
    if (pixels == 1)
        return c.template segmented_sums<K>(
            x.extent(0), channels, [=] STYLEGAN_DEVICE(Index n, Index channel) { return f(n * channels + channel); });
    auto* const to = c.workspace().template take<gpu::Sums<K>>(x.extent(0) * pixels);
    c.launch(x.extent(0) * pixels, [=] STYLEGAN_DEVICE(Index i) {
        const Index n = quotient(i, pixels), pixel = i - n * pixels;
        gpu::Sums<K> sum{};
        for (Index k = 0; k < channels; ++k) sum = gpu::AddSums<K>{}(sum, f((n * channels + k) * pixels + pixel));
        to[i] = sum;
    });
    return to;
}

/// The offset of the value of a pixel in (N, 1, H, W).
STYLEGAN_HOST_DEVICE inline Index pixel_of(Index at, Index channels, Index pixels) {
    const MapsIndex i = MapsIndex::of(at, channels, pixels);
    return i.sample * pixels + i.pixel;
}

struct SquareSum {
    const float* x;
    STYLEGAN_DEVICE gpu::Sums<1> operator()(Index i) const {
        return {{static_cast<double>(x[i]) * static_cast<double>(x[i])}};
    }
};

struct ProductSum {
    const float *a, *b;
    STYLEGAN_DEVICE gpu::Sums<1> operator()(Index i) const {
        return {{static_cast<double>(a[i]) * static_cast<double>(b[i])}};
    }
};

STYLEGAN_HOST_DEVICE inline float channel_mean(double sum, Index channels) {
    return static_cast<float>(sum / static_cast<double>(channels));
}

}  // namespace detail

/// @see the overload for the CPU
inline void pixel_norm(Context<Cuda>& c, Maps<const float> x, float eps, Maps<float> y, Maps<float> inverse) {
    detail::check_norm("pixel_norm", x, y, inverse);
    const Workspace::Frame frame(c.workspace());
    const Index channels = x.extent(1), pixels = pixels_of(x);
    const float* const from = x.data;
    float *const to = y.data, *const r = inverse.data;
    const gpu::Sums<1>* const squares = detail::channel_sums<1>(c, x, detail::SquareSum{from});
    c.launch(inverse.size(), [=] STYLEGAN_DEVICE(Index p) {
        r[p] = 1.0f / std::sqrt(detail::channel_mean(squares[p].value[0], channels) + eps);
    });
    c.launch(x.size(), [=] STYLEGAN_DEVICE(Index i) { to[i] = from[i] * r[detail::pixel_of(i, channels, pixels)]; });
}

/// @see the overload for the CPU
inline void pixel_norm_gradient(Context<Cuda>& c, Maps<const float> y, Maps<const float> inverse, Maps<const float> dy,
                                Maps<float> dx) {
    detail::check_norm_gradient("pixel_norm_gradient", y, inverse, dy, dx);
    const Workspace::Frame frame(c.workspace());
    const Index channels = y.extent(1), pixels = pixels_of(y);
    const float *const out = y.data, *const d = dy.data, *const r = inverse.data;
    float* const to = dx.data;
    const gpu::Sums<1>* const products = detail::channel_sums<1>(c, y, detail::ProductSum{out, d});
    c.launch(y.size(), [=] STYLEGAN_DEVICE(Index i) {
        const Index p = detail::pixel_of(i, channels, pixels);
        to[i] = PixelNormGradient<float>{}(out[i], d[i], r[p], detail::channel_mean(products[p].value[0], channels));
    });
}

/// @see the overload for the CPU
inline void pixel_norm_tangent(Context<Cuda>& c, Maps<const float> y, Maps<const float> inverse,
                               Maps<const float> x_dot, Maps<float> y_dot, Maps<float> inverse_rate) {
    detail::check_norm_tangent("pixel_norm_tangent", y, inverse, x_dot, y_dot, inverse_rate);
    const Workspace::Frame frame(c.workspace());
    const Index channels = y.extent(1), pixels = pixels_of(y);
    const float *const out = y.data, *const d = x_dot.data, *const r = inverse.data;
    float *const to = y_dot.data, *const rate = inverse_rate.data;
    const gpu::Sums<1>* const products = detail::channel_sums<1>(c, y, detail::ProductSum{out, d});
    c.launch(inverse.size(),
             [=] STYLEGAN_DEVICE(Index p) { rate[p] = -r[p] * detail::channel_mean(products[p].value[0], channels); });
    c.launch(y.size(), [=] STYLEGAN_DEVICE(Index i) {
        const Index p = detail::pixel_of(i, channels, pixels);
        to[i] = PixelNormGradient<float>{}(out[i], d[i], r[p], detail::channel_mean(products[p].value[0], channels));
    });
}

/// @see the overload for the CPU
inline void pixel_norm_gradient_tangent(Context<Cuda>& c, Maps<const float> y, Maps<const float> inverse,
                                        Maps<const float> y_dot, Maps<const float> inverse_rate, Maps<const float> dy,
                                        Maps<const float> dx, Maps<const float> dy_dot, Maps<float> dx_dot) {
    detail::check_norm_gradient_tangent("pixel_norm_gradient_tangent", y, inverse, y_dot, inverse_rate, dy, dx, dy_dot,
                                        dx_dot);
    const Workspace::Frame frame(c.workspace());
    const Index channels = y.extent(1), pixels = pixels_of(y);
    const float *const out = y.data, *const out_dot = y_dot.data, *const d = dy.data, *const gradient = dx.data,
                       *const d_dot = dy_dot.data, *const r = inverse.data, *const rate = inverse_rate.data;
    float* const to = dx_dot.data;
    const gpu::Sums<2>* const sums = detail::channel_sums<2>(c, y, [=] STYLEGAN_DEVICE(Index i) {
        const double a = out[i], a_dot = out_dot[i], g = d[i], g_dot = d_dot[i];
        return gpu::Sums<2>{{a * g, a_dot * g + a * g_dot}};
    });
    c.launch(y.size(), [=] STYLEGAN_DEVICE(Index i) {
        const Index p = detail::pixel_of(i, channels, pixels);
        to[i] = PixelNormGradientTangent<float>{}(out[i], out_dot[i], gradient[i], d_dot[i], r[p], rate[p],
                                                  detail::channel_mean(sums[p].value[0], channels),
                                                  detail::channel_mean(sums[p].value[1], channels));
    });
}

}  // namespace stylegan::ops
#endif
