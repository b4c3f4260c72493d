// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/augment/band_filter.hpp>
#include <stylegan/ops/cuda/elementwise.hpp>

#include <vector>

namespace stylegan::ops {
namespace detail {

/// A band filter along one axis of planes (height, width), mirrored at the borders: compute(planes, ...).
struct BandAlongAxis {
    const float* filters;  ///< 43 values for each picture
    const float* from;
    Index channels, pixels;
    Index size, step;  ///< values along the axis, and from one to the next

    STYLEGAN_DEVICE float operator()(Index plane, Index at) const {
        const float* const f = filters + quotient(plane, channels) * 43;
        const Index line = quotient(at, step), i = line - quotient(line, size) * size;
        const float* const in = from + plane * pixels + at - i * step;
        float sum = 0;
        for (Index k = 0; k < 43; ++k) sum += f[k] * in[mirrored(i + k - band_filter_reach, size) * step];
        return sum;
    }
};

/// Its transpose: a pixel gathers what was computed of it and of its images in the mirrors.
struct BandAlongAxisTransposed {
    BandAlongAxis of;

    STYLEGAN_DEVICE float operator()(Index plane, Index at) const {
        const float* const f = of.filters + quotient(plane, of.channels) * 43;
        const Index line = quotient(at, of.step), j = line - quotient(line, of.size) * of.size;
        const float* const in = of.from + plane * of.pixels + at - j * of.step;
        const auto images = MirrorImages::of(j, of.size, band_filter_reach, band_filter_reach);
        float sum = 0;
        for (int image = 0; image < images.count; ++image) {
            const Index here = images.at[image] + band_filter_reach;
            for (Index k = 0; k < 43; ++k)
                if (const Index i = here - k; i >= 0 && i < of.size) sum += f[k] * in[i * of.step];
        }
        return sum;
    }
};

}  // namespace detail

/// @see the overload for the CPU
inline void band_filter(Context<Cuda>& c, bool transpose, Maps<const float> x, std::span<const BandFilter> filters,
                        Maps<float> y) {
    require_same_shape("band_filter", "y", y, x);
    detail::require_band_filter(x.shape, static_cast<Index>(filters.size()));
    const Index channels = x.extent(1), height = x.extent(2), width = x.extent(3), planes = x.extent(0) * channels;
    std::vector<std::array<float, 43>> all;
    for (const BandFilter& f : filters) all.push_back(detail::rounded<float>(f));
    const Workspace::Frame frame(c.workspace());
    auto* const taps = c.workspace().template take<std::array<float, 43>>(x.extent(0));
    c.upload(all.data(), x.extent(0), taps);
    const Maps<float> between = c.take_like(x);
    const auto along = [&](const float* from, Index size, Index step, float* to) {
        const detail::BandAlongAxis f{reinterpret_cast<const float*>(taps), from, channels, height * width, size, step};
        transpose ? c.compute(planes, height * width, to, detail::BandAlongAxisTransposed{f})
                  : c.compute(planes, height * width, to, f);
    };
    along(x.data, width, 1, between.data);
    along(between.data, height, width, y.data);
}

}  // namespace stylegan::ops
#endif
