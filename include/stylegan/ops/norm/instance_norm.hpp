// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/ops/eigen/instance_norm.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>
#include <stylegan/ops/norm/norm_shapes.hpp>

/// Instance normalisation, the first half of AdaIN (arXiv 1812.04948, equation 1), with its gradient and both tangents.
/// Below, r is `inverse`, mean() is over H and W, and a dot marks a tangent.
namespace stylegan::ops {

/// scale * (x - mean)
template <class S>
struct Normalise {
    S mean, scale;
    template <class V>
    STYLEGAN_HOST_DEVICE V operator()(V x) const {
        return scale * (x - mean);
    }
};

/// inverse * (d - mean - y * product): the gradient of a normalisation, and its tangent
template <class S>
struct NormalisationGradient {
    S inverse, mean, product;
    template <class V>
    STYLEGAN_HOST_DEVICE V operator()(V y, V d) const {
        return inverse * (d - mean - y * product);
    }
};

/// inverse_rate * dx + inverse * (dy_dot - mean_dot - y_dot * product - y * product_dot)
template <class S>
struct NormalisationGradientTangent {
    S inverse, inverse_rate, mean_dot, product, product_dot;
    template <class V>
    STYLEGAN_HOST_DEVICE V operator()(V y, V y_dot, V dx, V dy_dot) const {
        return inverse_rate * dx + inverse * (dy_dot - mean_dot - y_dot * product - y * product_dot);
    }
};

/// Mean and biased variance.
struct Moments {
    double mean, variance;
};

/// Mean and variance in one pass over memory, with the accuracy of two: each block is centred on its own mean while it
/// is in the cache, and the blocks are merged in double (Chan, Golub, LeVeque 1983).
class RunningMoments {
public:
    template <class S>
    void add(Index count, const S* x) {
        const double block_mean = sums<1>(
                                      count, [](auto* s, auto v) { s[0] += v; }, x)[0] /
                                  static_cast<double>(count);
        const S centre = static_cast<S>(block_mean);
        const auto s = sums<2>(
            count,
            [&](auto* part, auto v) {
                const auto d = v - centre;
                part[0] += d;
                part[1] += d * d;
            },
            x);
        const double rest = s[0] / static_cast<double>(count);  // the rounding error of the centre in S
        const double here = static_cast<double>(centre) + rest;
        const double difference = here - mean_, total = static_cast<double>(count_ + count);
        squares_ += s[1] - rest * s[0] +
                    difference * difference * static_cast<double>(count_) * static_cast<double>(count) / total;
        mean_ += difference * static_cast<double>(count) / total;
        count_ += count;
    }

    [[nodiscard]] Moments moments() const { return {mean_, std::max(0.0, squares_ / static_cast<double>(count_))}; }

private:
    Index count_ = 0;
    double mean_ = 0, squares_ = 0;
};

template <class S>
[[nodiscard]] Moments moments(Index count, const S* x) {
    RunningMoments all;
    for (Index begin = 0; begin < count; begin += sum_block) all.add(std::min(sum_block, count - begin), x + begin);
    return all.moments();
}

/// y = (x - mean(x)) * r, r = 1 / sqrt(variance(x) + eps), for each sample and channel.
///
/// @param x, y     (N, C, H, W); y may be x
/// @param eps      added to the biased variance, 1e-8 in the published networks
/// @param inverse  (N, C), r, which the gradient needs
/// @throws ShapeError if the shapes do not match
template <class S>
void instance_norm(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, Same<S> eps, Maps<Same<S>> y,
                   Rows<Same<S>> inverse) {
    detail::check_norm("instance_norm", x, y, inverse);
    if (eigen::chosen(c)) return eigen::instance_norm<S>(c, x, eps, y, inverse);
    const Index pixels = pixels_of(x);
    for_each_plane(c, inverse.size(), pixels, [&](Index plane) {
        const S* from = x.data + plane * pixels;
        const Moments m = moments(pixels, from);
        const S r = static_cast<S>(1 / std::sqrt(m.variance + static_cast<double>(eps)));
        inverse.data[plane] = r;
        map(pixels, y.data + plane * pixels, Normalise<S>{static_cast<S>(m.mean), r}, from);
    });
}

/// dx = r * (dy - mean(dy) - y * mean(y * dy))
///
/// @param y        (N, C, H, W), the output of instance_norm
/// @param inverse  (N, C), from instance_norm
/// @param dy, dx   (N, C, H, W); dx may be dy or y
/// @throws ShapeError if the shapes do not match
template <class S>
void instance_norm_gradient(Context<BasicCpu<S>>& c, Maps<const Same<S>> y, Rows<const Same<S>> inverse,
                            Maps<const Same<S>> dy, Maps<Same<S>> dx) {
    detail::check_norm_gradient("instance_norm_gradient", y, inverse, dy, dx);
    if (eigen::chosen(c)) return eigen::instance_norm_product<S>(c, y, inverse, dy, dx, {});
    const Index pixels = pixels_of(y);
    for_each_plane(c, inverse.size(), pixels, [&](Index plane) {
        const S *out = y.data + plane * pixels, *d = dy.data + plane * pixels;
        const auto s = sums<2>(
            pixels,
            [](auto* part, auto a, auto b) {
                part[0] += b;
                part[1] += a * b;
            },
            out, d);
        const double n = static_cast<double>(pixels);
        const NormalisationGradient<S> f{inverse.data[plane], static_cast<S>(s[0] / n), static_cast<S>(s[1] / n)};
        map(pixels, dx.data + plane * pixels, f, out, d);
    });
}

/// y_dot = r * (x_dot - mean(x_dot) - y * mean(y * x_dot))
///
/// @param y, inverse    from instance_norm
/// @param x_dot, y_dot  (N, C, H, W); y_dot may be x_dot
/// @param inverse_rate  (N, C): r_dot / r = -r * mean(y * x_dot), which instance_norm_gradient_tangent needs
/// @throws ShapeError if the shapes do not match
template <class S>
void instance_norm_tangent(Context<BasicCpu<S>>& c, Maps<const Same<S>> y, Rows<const Same<S>> inverse,
                           Maps<const Same<S>> x_dot, Maps<Same<S>> y_dot, Rows<Same<S>> inverse_rate) {
    detail::check_norm_tangent("instance_norm_tangent", y, inverse, x_dot, y_dot, inverse_rate);
    if (eigen::chosen(c)) return eigen::instance_norm_product<S>(c, y, inverse, x_dot, y_dot, inverse_rate);
    const Index pixels = pixels_of(y);
    for_each_plane(c, inverse.size(), pixels, [&](Index plane) {
        const S *out = y.data + plane * pixels, *d = x_dot.data + plane * pixels, r = inverse.data[plane];
        const auto s = sums<2>(
            pixels,
            [](auto* part, auto a, auto b) {
                part[0] += b;
                part[1] += a * b;
            },
            out, d);
        const double n = static_cast<double>(pixels);
        const S product = static_cast<S>(s[1] / n);
        inverse_rate.data[plane] = -r * product;
        map(pixels, y_dot.data + plane * pixels, NormalisationGradient<S>{r, static_cast<S>(s[0] / n), product}, out,
            d);
    });
}

/// The tangent of the gradient: dx_dot = (r_dot / r) * dx
///     + r * (dy_dot - mean(dy_dot) - y_dot * mean(y * dy) - y * mean(y_dot * dy + y * dy_dot))
///
/// @param y, inverse           from instance_norm
/// @param y_dot, inverse_rate  from instance_norm_tangent
/// @param dy, dx               of instance_norm_gradient
/// @param dy_dot, dx_dot       (N, C, H, W); dx_dot may be dy_dot
/// @throws ShapeError if the shapes do not match
template <class S>
void instance_norm_gradient_tangent(Context<BasicCpu<S>>& c, Maps<const Same<S>> y, Rows<const Same<S>> inverse,
                                    Maps<const Same<S>> y_dot, Rows<const Same<S>> inverse_rate, Maps<const Same<S>> dy,
                                    Maps<const Same<S>> dx, Maps<const Same<S>> dy_dot, Maps<Same<S>> dx_dot) {
    detail::check_norm_gradient_tangent("instance_norm_gradient_tangent", y, inverse, y_dot, inverse_rate, dy, dx,
                                        dy_dot, dx_dot);
    if (eigen::chosen(c))
        return eigen::instance_norm_gradient_tangent<S>(c, y, inverse, y_dot, inverse_rate, dy, dx, dy_dot, dx_dot);
    const Index pixels = pixels_of(y);
    for_each_plane(c, inverse.size(), pixels, [&](Index plane) {
        const Index at = plane * pixels;
        const auto s = sums<3>(
            pixels,
            [](auto* part, auto out, auto out_dot, auto d, auto d_dot) {
                part[0] += d_dot;
                part[1] += out * d;
                part[2] += out_dot * d + out * d_dot;
            },
            y.data + at, y_dot.data + at, dy.data + at, dy_dot.data + at);
        const double n = static_cast<double>(pixels);
        const NormalisationGradientTangent<S> f{inverse.data[plane], inverse_rate.data[plane], static_cast<S>(s[0] / n),
                                                static_cast<S>(s[1] / n), static_cast<S>(s[2] / n)};
        map(pixels, dx_dot.data + at, f, y.data + at, y_dot.data + at, dx.data + at, dy_dot.data + at);
    });
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/instance_norm.hpp>
#endif
