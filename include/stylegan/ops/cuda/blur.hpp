// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/elementwise.hpp>
#include <stylegan/ops/resampling/blur.hpp>

namespace stylegan::ops {
namespace detail {

/// A filter that a kernel takes by value.
struct BlurTaps {
    float tap[longest_blur];
    int count;
};

/// y = x filtered along one axis, with zeros outside. `extent` values along it, `step` apart.
inline void blur_axis(Context<Cuda>& c, Maps<const float> x, const BlurTaps& taps, Index step, Index extent,
                      Maps<float> y) {
    const float* const from = x.data;
    float* const to = y.data;
    const Index radius = taps.count / 2;
    c.launch(x.size(), [=] STYLEGAN_DEVICE(Index i) {
        const Index line = quotient(i, step), at = line - quotient(line, extent) * extent;
        float sum = taps.tap[radius] * from[i];
        for (Index k = 0; k < taps.count; ++k)
            if (const Index other = at + k - radius; k != radius && other >= 0 && other < extent)
                sum += taps.tap[k] * from[i + (k - radius) * step];
        to[i] = sum;
    });
}

/// A filter of three taps in one pass over memory. A thread computes four values of a column, from six values filtered
/// along their rows.
inline void blur_three(Context<Cuda>& c, Maps<const float> x, const BlurTaps& taps, Maps<float> y) {
    const Index height = x.extent(2), width = x.extent(3);
    const float* const from = x.data;
    float* const to = y.data;
    const ThreeTaps<float> f{taps.tap[0], taps.tap[1], taps.tap[2]};
    const Index quads = (height + 3) / 4;
    c.launch(x.extent(0) * x.extent(1) * quads * width, [=] STYLEGAN_DEVICE(Index item) {
        const MapsIndex at = MapsIndex::of(item, quads, width);  // plane, four rows, column
        const Index top = 4 * at.channel, column = at.pixel;
        const float* const plane = from + at.sample * height * width;
        float rows[6];
        for (int k = 0; k < 6; ++k) {
            const Index row = top + k - 1;
            const bool inside = row >= 0 && row < height;
            const float* const here = plane + row * width + column;
            const float left = inside && column > 0 ? here[-1] : 0.0f;
            const float middle = inside ? here[0] : 0.0f;
            const float right = inside && column + 1 < width ? here[1] : 0.0f;
            rows[k] = f(left, middle, right);
        }
        for (int k = 0; k < 4; ++k)
            if (top + k < height)
                to[(at.sample * height + top + k) * width + column] = f(rows[k], rows[k + 1], rows[k + 2]);
    });
}

inline void blur_planes(Context<Cuda>& c, Maps<const float> x, const BlurTaps& taps, Maps<float> y) {
    if (x.size() == 0) return;
    if (taps.count == 3) return blur_three(c, x, taps, y);
    const Workspace::Frame frame(c.workspace());
    const Maps<float> columns = c.take_like(x);
    blur_axis(c, x, taps, x.extent(3), x.extent(2), columns);
    blur_axis(c, columns, taps, 1, x.extent(3), y);
}

}  // namespace detail

/// The filter is in host memory. @see the overload for the CPU
inline void blur(Context<Cuda>& c, Maps<const float> x, std::span<const float> filter, Maps<float> y) {
    detail::require_blur<float>("blur", "x", x, filter, "y", y);
    detail::BlurTaps taps{{}, static_cast<int>(filter.size())};
    std::copy(filter.begin(), filter.end(), taps.tap);
    detail::blur_planes(c, x, taps, y);
}

/// @see the overload for the CPU
inline void blur_gradient(Context<Cuda>& c, Maps<const float> dy, std::span<const float> filter, Maps<float> dx) {
    detail::require_blur<float>("blur_gradient", "dy", dy, filter, "dx", dx);
    detail::BlurTaps taps{{}, static_cast<int>(filter.size())};
    std::reverse_copy(filter.begin(), filter.end(), taps.tap);
    detail::blur_planes(c, dy, taps, dx);
}

}  // namespace stylegan::ops
#endif
