// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

namespace stylegan {

/// Penalizes correlation between neighbouring pixels of a noise map, at its own size and at every halving of it down to
/// 8 pixels. It keeps a projection from painting the picture into the noise.
///
///     weight * sum over sizes of  mean(n[y,x] n[y,x-1])^2 + mean(n[y,x] n[y-1,x])^2       (indices wrap around)
///
/// @param map       (height, width), row-major
/// @param gradient  (height, width), to which the gradient is added
/// @return          the penalty
/// @see Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020), appendix D
template <class Scalar>
double noise_regularization(const std::vector<Scalar>& map, Index height, Index width, double weight,
                            std::vector<Scalar>& gradient) {
    double sum = 0;
    const double pixels = static_cast<double>(height * width);
    const auto at = [&](Index y, Index x) {
        return static_cast<std::size_t>((y + height) % height * width + (x + width) % width);
    };
    for (const auto& [dy, dx] : {std::pair<Index, Index>{0, 1}, {1, 0}}) {
        double mean = 0;
        for (Index y = 0; y < height; ++y)
            for (Index x = 0; x < width; ++x)
                mean += static_cast<double>(map[at(y, x)]) * static_cast<double>(map[at(y - dy, x - dx)]) / pixels;
        sum += weight * mean * mean;
        const double slope = 2 * weight * mean / pixels;
        for (Index y = 0; y < height; ++y)
            for (Index x = 0; x < width; ++x)
                gradient[at(y, x)] += static_cast<Scalar>(slope * (static_cast<double>(map[at(y - dy, x - dx)]) +
                                                                   static_cast<double>(map[at(y + dy, x + dx)])));
    }
    if (height <= 8 || width <= 8 || height % 2 != 0 || width % 2 != 0) return sum;

    const Index h = height / 2, w = width / 2;
    std::vector<Scalar> half(static_cast<std::size_t>(h * w)), half_gradient(half.size());
    const auto to = [&](Index y, Index x) { return static_cast<std::size_t>(y / 2 * w + x / 2); };
    for (Index y = 0; y < height; ++y)
        for (Index x = 0; x < width; ++x) half[to(y, x)] += map[at(y, x)] / 4;
    sum += noise_regularization(half, h, w, weight, half_gradient);
    for (Index y = 0; y < height; ++y)
        for (Index x = 0; x < width; ++x) gradient[at(y, x)] += half_gradient[to(y, x)] / 4;
    return sum;
}

/// Scales a noise map to mean 0 and variance 1. A map of variance 0 stays as it is.
template <class Scalar>
void normalize_noise(std::vector<Scalar>& map) {
    double mean = 0, squares = 0;
    for (const Scalar v : map) mean += static_cast<double>(v) / static_cast<double>(map.size());
    for (const Scalar v : map) {
        const double d = static_cast<double>(v) - mean;
        squares += d * d / static_cast<double>(map.size());
    }
    if (!(squares > 0)) return;
    for (Scalar& v : map) v = static_cast<Scalar>((static_cast<double>(v) - mean) / std::sqrt(squares));
}

}  // namespace stylegan
