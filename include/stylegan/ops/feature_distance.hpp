// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/eigen/feature_distance.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

namespace stylegan::ops {

/// Added to the length of a feature vector before it divides.
inline constexpr double feature_epsilon = 1e-10;

namespace detail {

/// Pixels that are processed together, with one partial sum.
inline constexpr Index feature_pixels = 128;
using FeatureSums = std::array<double, static_cast<std::size_t>(feature_pixels)>;

/// 1 / (length + epsilon) of the feature vectors of `count` pixels of one picture.
template <class S>
inline void inverse_lengths(const S* x, Index channels, Index plane, Index count, FeatureSums& result) {
    result.fill(0);
    for (Index k = 0; k < channels; ++k)
        for (Index p = 0; p < count; ++p) {
            const auto v = static_cast<double>(x[k * plane + p]);
            result[static_cast<std::size_t>(p)] += v * v;
        }
    for (double& r : result) r = 1 / (std::sqrt(r) + feature_epsilon);
}

/// a / |a| - b / |b|, from the inverse lengths. Equal features give exactly 0, not the rounding residue of a fused
/// multiply-add. They are compared by their difference in double, because compilers do not vectorize comparisons of
/// floats here.
template <class S>
[[nodiscard]] STYLEGAN_HOST_DEVICE inline double unit_difference(S a, double over_a, S b, double over_b) {
    const double x = static_cast<double>(a), y = static_cast<double>(b), difference = x * over_a - y * over_b;
    return x - y == 0 && over_a - over_b == 0 ? 0.0 : difference;
}

template <class A, class B, class W>
void require_features(const char* where, const Maps<A>& a, const Maps<B>& b, const W& weight) {
    require_same_shape(where, "b", b, a);
    require_equal(where, "size of weight", static_cast<Index>(weight.size()), a.extent(1));
}

}  // namespace detail

/// The distance between the directions of feature vectors, averaged over the pixels of a picture:
///
///     d(n) = 1/(H W) sum over h, w, c of  weight(c) (a^(n,c,h,w) - b^(n,c,h,w))^2,    x^ = x / (|x| + 1e-10)
///
/// where |x| is the length over the channels of a pixel. Computed in double precision, because the path length compares
/// pictures that hardly differ.
///
/// @param a, b    (N, C, H, W)
/// @param weight  (C)
/// @return        d, one value a picture
/// @throws ShapeError if the shapes do not match
/// @see Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric" (2018), equation 1
template <class S>
[[nodiscard]] std::vector<double> feature_distance(Context<BasicCpu<S>>& c, Maps<const Same<S>> a,
                                                   Maps<const Same<S>> b, std::span<const Same<S>> weight) {
    detail::require_features("feature_distance", a, b, weight);
    if (eigen::chosen(c)) return eigen::feature_distance<S>(c, a, b, weight, feature_epsilon);
    const Index batch = a.extent(0), channels = a.extent(1), plane = pixels_of(a);
    const Index blocks = (plane + detail::feature_pixels - 1) / detail::feature_pixels;
    std::vector<double> parts(static_cast<std::size_t>(batch * blocks));
    c.parallel_for(batch * blocks, [&](Index item) {
        const Index first = item % blocks * detail::feature_pixels;
        const Index count = std::min(detail::feature_pixels, plane - first);
        const S* const from_a = a.data + item / blocks * channels * plane + first;
        const S* const from_b = b.data + item / blocks * channels * plane + first;
        detail::FeatureSums over_a, over_b;
        detail::inverse_lengths(from_a, channels, plane, count, over_a);
        detail::inverse_lengths(from_b, channels, plane, count, over_b);
        detail::FeatureSums of_pixels{};
        for (Index k = 0; k < channels; ++k) {
            const auto factor = static_cast<double>(weight[static_cast<std::size_t>(k)]);
            for (Index p = 0; p < count; ++p) {
                const auto i = static_cast<std::size_t>(p);
                const double d =
                    detail::unit_difference(from_a[k * plane + p], over_a[i], from_b[k * plane + p], over_b[i]);
                of_pixels[i] += factor * (d * d);
            }
        }
        double sum = 0;
        for (const double s : of_pixels) sum += s;
        parts[static_cast<std::size_t>(item)] = sum;
    });
    std::vector<double> distances(static_cast<std::size_t>(batch));
    for (std::size_t i = 0; i < parts.size(); ++i) distances[i / static_cast<std::size_t>(blocks)] += parts[i];
    for (double& d : distances) d /= static_cast<double>(plane);
    return distances;
}

/// da(n,...) = dd(n) times the gradient of d(n) with respect to a. With u(c) = 2 weight(c) (a^(c) - b^(c)) / (H W), at
/// each pixel
///
///     da(c) = dd (u(c) - a^(c) (u . a) / |a|) / (|a| + 1e-10)
///
/// and 0 where a is 0: all units of that pixel are off and pass no gradient. By symmetry, exchanging the arguments
/// gives the gradient with respect to b.
///
/// @param a, b    (N, C, H, W)
/// @param weight  (C)
/// @param dd      (N)
/// @param da      as a, overwritten
/// @throws ShapeError if the shapes do not match
template <class S>
void feature_distance_gradient(Context<BasicCpu<S>>& c, Maps<const Same<S>> a, Maps<const Same<S>> b,
                               std::span<const Same<S>> weight, std::span<const double> dd, Maps<Same<S>> da) {
    constexpr const char* where = "feature_distance_gradient";
    detail::require_features(where, a, b, weight);
    require_same_shape(where, "da", da, a);
    require_equal(where, "size of dd", static_cast<Index>(dd.size()), a.extent(0));
    if (eigen::chosen(c)) return eigen::feature_distance_gradient<S>(c, a, b, weight, dd, feature_epsilon, da);
    const Index channels = a.extent(1), plane = pixels_of(a);
    const Index blocks = (plane + detail::feature_pixels - 1) / detail::feature_pixels;
    c.parallel_for(a.extent(0) * blocks, [&](Index item) {
        const Index n = item / blocks, first = item % blocks * detail::feature_pixels;
        const Index count = std::min(detail::feature_pixels, plane - first), at = n * channels * plane + first;
        const double factor = 2 * dd[static_cast<std::size_t>(n)] / static_cast<double>(plane);
        detail::FeatureSums over_a, over_b, along{};
        detail::inverse_lengths(a.data + at, channels, plane, count, over_a);
        detail::inverse_lengths(b.data + at, channels, plane, count, over_b);
        const auto u = [&](Index k, Index p) {
            const auto i = static_cast<std::size_t>(p);
            return factor * static_cast<double>(weight[static_cast<std::size_t>(k)]) *
                   detail::unit_difference(a.data[at + k * plane + p], over_a[i], b.data[at + k * plane + p],
                                           over_b[i]);
        };
        for (Index k = 0; k < channels; ++k)
            for (Index p = 0; p < count; ++p)
                along[static_cast<std::size_t>(p)] += u(k, p) * static_cast<double>(a.data[at + k * plane + p]);
        for (Index p = 0; p < count; ++p) {  // (u . a) / (|a| (|a| + epsilon))
            const auto i = static_cast<std::size_t>(p);
            const double length = 1 / over_a[i] - feature_epsilon;
            along[i] *= length > feature_epsilon ? over_a[i] / length : 0;
            if (!(length > feature_epsilon)) over_a[i] = 0;
        }
        for (Index k = 0; k < channels; ++k)
            for (Index p = 0; p < count; ++p) {
                const auto i = static_cast<std::size_t>(p);
                // where a is 0, over_a is 0 by now
                da.data[at + k * plane + p] =
                    static_cast<S>(over_a[i] * (u(k, p) - along[i] * static_cast<double>(a.data[at + k * plane + p])));
            }
    });
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/feature_distance.hpp>
#endif
