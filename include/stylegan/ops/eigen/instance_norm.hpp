// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/eigen/arrays.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>

#include <algorithm>
#include <cmath>

/// Instance normalisation. Below, r is `inverse`, mean() is over H and W, and a dot marks a tangent.
namespace stylegan::ops::eigen {

/// Mean and biased variance: each stretch of values is centred on its own mean, and the stretches are merged in double
/// (Chan, Golub, LeVeque 1983).
struct Moments {
    double count = 0, mean = 0, squares = 0;

    template <class S>
    void add(Index n, const S* x) {
        const auto number = static_cast<double>(n);
        const S centre = static_cast<S>(sums<1>(
                                            n, [](auto* s, const auto& v) { s[0] += v; }, x)[0] /
                                        number);
        Block<S> sum = Block<S>::Zero(), square = Block<S>::Zero();
        for_each_block(n, [&](Index i, Index here) {
            const Block<S> d = load_block(x + i, here, centre) - centre;
            sum += d;
            square += d * d;
        });
        const auto s = static_cast<double>(sum.sum());
        const double rest = s / number;  // the rounding error of the centre in S
        const double here = static_cast<double>(centre) + rest, difference = here - mean, total = count + number;
        squares += static_cast<double>(square.sum()) - rest * s + difference * difference * count * number / total;
        mean += difference * number / total;
        count = total;
    }
    [[nodiscard]] double variance() const { return std::max(0.0, squares / count); }
};

/// y = (x - mean(x)) r, r = 1 / sqrt(variance(x) + eps)
template <class S>
void instance_norm(Context<BasicCpu<S>>& c, Maps<const S> x, S eps, Maps<S> y, Rows<S> inverse) {
    const Index pixels = pixels_of(x);
    for_each_plane(c, inverse.size(), pixels, [&](Index plane) {
        const S* const from = x.data + plane * pixels;
        Moments m;
        for (Index i = 0; i < pixels; i += stretch) m.add(std::min(stretch, pixels - i), from + i);
        const S mean = static_cast<S>(m.mean),
                r = static_cast<S>(1 / std::sqrt(m.variance() + static_cast<double>(eps)));
        inverse.data[plane] = r;
        assign(
            pixels, y.data + plane * pixels, [=](const auto& v) { return r * (v - mean); }, from);
    });
}

/// dx = r (dy - mean(dy) - y mean(y dy)). The Jacobian is symmetric, so this is also y_dot of x_dot.
/// @param rate  -r mean(y dy) for each plane; empty if not needed
template <class S>
void instance_norm_product(Context<BasicCpu<S>>& c, Maps<const S> y, Rows<const S> inverse, Maps<const S> dy,
                           Maps<S> dx, Rows<S> rate) {
    const Index pixels = pixels_of(y);
    for_each_plane(c, inverse.size(), pixels, [&](Index plane) {
        const Index at = plane * pixels;
        const Sums<2> mean = sums<2>(
                                 pixels,
                                 [](auto* s, const auto& out, const auto& d) {
                                     s[0] += d;
                                     s[1] += out * d;
                                 },
                                 y.data + at, dy.data + at) /
                             static_cast<double>(pixels);
        const S r = inverse.data[plane], m = static_cast<S>(mean[0]), product = static_cast<S>(mean[1]);
        if (!rate.empty()) rate.data[plane] = -r * product;
        assign(
            pixels, dx.data + at, [=](const auto& out, const auto& d) { return r * (d - m - out * product); },
            y.data + at, dy.data + at);
    });
}

/// dx_dot = (r_dot / r) dx + r (dy_dot - mean(dy_dot) - y_dot mean(y dy) - y mean(y_dot dy + y dy_dot))
template <class S>
void instance_norm_gradient_tangent(Context<BasicCpu<S>>& c, Maps<const S> y, Rows<const S> inverse,
                                    Maps<const S> y_dot, Rows<const S> inverse_rate, Maps<const S> dy, Maps<const S> dx,
                                    Maps<const S> dy_dot, Maps<S> dx_dot) {
    const Index pixels = pixels_of(y);
    for_each_plane(c, inverse.size(), pixels, [&](Index plane) {
        const Index at = plane * pixels;
        const Sums<3> mean = sums<3>(
                                 pixels,
                                 [](auto* s, const auto& out, const auto& out_dot, const auto& d, const auto& d_dot) {
                                     s[0] += d_dot;
                                     s[1] += out * d;
                                     s[2] += out_dot * d + out * d_dot;
                                 },
                                 y.data + at, y_dot.data + at, dy.data + at, dy_dot.data + at) /
                             static_cast<double>(pixels);
        const S r = inverse.data[plane], rate = inverse_rate.data[plane];
        const S m = static_cast<S>(mean[0]), product = static_cast<S>(mean[1]), product_dot = static_cast<S>(mean[2]);
        assign(
            pixels, dx_dot.data + at,
            [=](const auto& out, const auto& out_dot, const auto& d, const auto& d_dot) {
                return rate * d + r * (d_dot - m - out_dot * product - out * product_dot);
            },
            y.data + at, y_dot.data + at, dx.data + at, dy_dot.data + at);
    });
}

}  // namespace stylegan::ops::eigen
