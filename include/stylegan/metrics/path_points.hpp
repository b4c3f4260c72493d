// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>

#include <xtensor/xtensor.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace stylegan {

namespace detail {

inline std::vector<double> normalized(std::vector<double> v) {
    double squares = 0;
    for (const double x : v) squares += x * x;
    const double factor = squares > 0 ? 1 / std::sqrt(squares) : 0;
    for (double& x : v) x *= factor;
    return v;
}

inline std::vector<double> sum_of(double s, const std::vector<double>& a, double t, const std::vector<double>& b) {
    std::vector<double> v(a.size());
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = s * a[i] + t * b[i];
    return v;
}

}  // namespace detail

/// The point at t on the straight line from a (t = 0) to b (t = 1).
[[nodiscard]] inline std::vector<double> lerp(const std::vector<double>& a, const std::vector<double>& b, double t) {
    std::vector<double> v(a.size());
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = a[i] + t * (b[i] - a[i]);
    return v;
}

/// The unit vector at t on the great circle from the direction of a (t = 0) to that of b (t = 1).
/// @see Shoemake, "Animating rotation with quaternion curves" (1985)
[[nodiscard]] inline std::vector<double> slerp(const std::vector<double>& a, const std::vector<double>& b, double t) {
    const std::vector<double> from = detail::normalized(a), to = detail::normalized(b);
    double dot = 0;
    for (std::size_t i = 0; i < from.size(); ++i) dot += from[i] * to[i];
    const double angle = t * std::acos(std::clamp(dot, -1.0, 1.0));
    const std::vector<double> across = detail::normalized(detail::sum_of(1, to, -dot, from));
    return detail::normalized(detail::sum_of(std::cos(angle), from, std::sin(angle), across));
}

/// Two points on each path; path i runs from row 2i to row 2i + 1 of latents. Computed in double precision.
/// @param latents  (2 N, length)
/// @param path     lerp or slerp
/// @param t        N positions
/// @param step     distance to the second point, as a share of the path
/// @return         (2 N, length): the point at t[i] in row 2i, the point at t[i] + step in row 2i + 1
template <class Scalar, class Path>
[[nodiscard]] xt::xtensor<Scalar, 2> points_on_paths(const xt::xtensor<Scalar, 2>& latents, const Path& path,
                                                     const std::vector<double>& t, double step) {
    const std::size_t length = latents.shape(1);
    auto points = xt::xtensor<Scalar, 2>::from_shape(latents.shape());
    for (std::size_t i = 0; i < t.size(); ++i) {
        const Scalar* const from = latents.data() + 2 * i * length;
        const std::vector<double> a(from, from + length), b(from + length, from + 2 * length);
        for (std::size_t end = 0; end < 2; ++end) {
            const std::vector<double> point = path(a, b, end == 0 ? t[i] : t[i] + step);
            for (std::size_t k = 0; k < length; ++k)
                points.data()[(2 * i + end) * length + k] = static_cast<Scalar>(point[k]);
        }
    }
    return points;
}

}  // namespace stylegan
