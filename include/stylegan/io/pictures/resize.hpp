// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/pictures/image.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

namespace stylegan {

namespace detail {

/// How one output sample of an axis is computed: a weighted sum of input samples from `first` on. The weights sum to 1.
struct SampleWeights {
    int first = 0;
    std::vector<float> weights;
};

/// Shrinking takes the mean over the area that an output pixel covers. Enlarging is Lanczos interpolation with three
/// lobes.
inline std::vector<SampleWeights> sample_weights(int from, int to) {
    std::vector<SampleWeights> samples(static_cast<std::size_t>(to));
    const double ratio = static_cast<double>(from) / to;
    const auto lanczos = [](double t) {
        const double p = std::numbers::pi * t;
        return std::abs(t) < 1e-9 ? 1.0 : std::abs(t) >= 3 ? 0.0 : 3 * std::sin(p) * std::sin(p / 3) / (p * p);
    };
    for (int i = 0; i < to; ++i) {
        const double lower = i * ratio, upper = (i + 1) * ratio, centre = (i + 0.5) * ratio - 0.5;
        const int first = std::max(0, static_cast<int>(std::floor(to < from ? lower : centre - 2)));
        const int last = std::min(from - 1, static_cast<int>(std::ceil(to < from ? upper : centre + 3)));
        std::vector<double> weights;
        double sum = 0;
        for (int j = first; j <= last; ++j) {
            const double covered = std::min(upper, j + 1.0) - std::max(lower, static_cast<double>(j));
            weights.push_back(to < from ? std::max(0.0, covered) : lanczos(j - centre));
            sum += weights.back();
        }
        SampleWeights& sample = samples[static_cast<std::size_t>(i)];
        sample.first = first;
        for (const double w : weights) sample.weights.push_back(static_cast<float>(w / sum));
    }
    return samples;
}

/// Resamples the middle axis of (outer, from, inner) values to `to` samples.
inline std::vector<float> resample(const std::vector<float>& x, std::size_t outer, int from, int to,
                                   std::size_t inner) {
    if (from == to) return x;
    const std::vector<SampleWeights> samples = sample_weights(from, to);
    std::vector<float> y(outer * samples.size() * inner, 0.0f);
    float* out = y.data();
    for (std::size_t o = 0; o < outer; ++o)
        for (const SampleWeights& sample : samples) {
            const float* in =
                x.data() + (o * static_cast<std::size_t>(from) + static_cast<std::size_t>(sample.first)) * inner;
            for (const float w : sample.weights) {
                for (std::size_t i = 0; i < inner; ++i) out[i] += w * in[i];
                in += inner;
            }
            out += inner;
        }
    return y;
}

}  // namespace detail

/// Resizes a picture. Each axis is resized on its own: area means if it shrinks, Lanczos interpolation if it grows.
/// With an alpha channel, colours are weighted by their opacity.
/// @throws ValueError if the new size is not at least 1x1
[[nodiscard]] inline Image resize(const Image& image, int width, int height) {
    if (width < 1 || height < 1)
        throw ValueError(text("resize: the new size is ", width, 'x', height, ", expected at least 1x1"));
    if (image.width == width && image.height == height) return image;
    const auto channels = static_cast<std::size_t>(image.channels);
    const bool alpha = channels % 2 == 0;
    std::vector<float> x(image.pixels.begin(), image.pixels.end());
    if (alpha)
        for (std::size_t p = 0; p < x.size(); p += channels)
            for (std::size_t c = 0; c + 1 < channels; ++c) x[p + c] *= x[p + channels - 1] / 255.0f;

    x = detail::resample(x, static_cast<std::size_t>(image.height), image.width, width, channels);
    x = detail::resample(x, 1, image.height, height, static_cast<std::size_t>(width) * channels);

    if (alpha)
        for (std::size_t p = 0; p < x.size(); p += channels)
            for (std::size_t c = 0; c + 1 < channels; ++c)
                x[p + c] *= x[p + channels - 1] > 0.0f ? 255.0f / x[p + channels - 1] : 0.0f;
    Image result(width, height, image.channels);
    for (std::size_t i = 0; i < x.size(); ++i)
        result.pixels[i] = static_cast<std::uint8_t>(std::nearbyint(std::clamp(x[i], 0.0f, 255.0f)));
    return result;
}

}  // namespace stylegan
