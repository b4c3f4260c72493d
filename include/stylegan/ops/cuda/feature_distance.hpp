// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/elementwise.hpp>
#include <stylegan/ops/feature_distance.hpp>

namespace stylegan::ops {
namespace detail {

/// 1 / (length + epsilon) of the feature vectors of one pixel. @param x  its first channel
STYLEGAN_HOST_DEVICE inline double inverse_length(const float* x, Index channels, Index plane) {
    double squares = 0;
    for (Index k = 0; k < channels; ++k)
        squares += static_cast<double>(x[k * plane]) * static_cast<double>(x[k * plane]);
    return 1 / (std::sqrt(squares) + feature_epsilon);
}

}  // namespace detail

/// @see the overload for the CPU
[[nodiscard]] inline std::vector<double> feature_distance(Context<Cuda>& c, Maps<const float> a, Maps<const float> b,
                                                          std::span<const float> weight) {
    detail::require_features("feature_distance", a, b, weight);
    const Workspace::Frame frame(c.workspace());
    const Index batch = a.extent(0), channels = a.extent(1), plane = pixels_of(a);
    const float *const from_a = a.data, *const from_b = b.data, *const w = weight.data();
    const gpu::Sums<1>* const sums = c.segmented_sums<1>(batch, plane, [=] STYLEGAN_DEVICE(Index n, Index pixel) {
        const Index at = n * channels * plane + pixel;
        const double over_a = detail::inverse_length(from_a + at, channels, plane);
        const double over_b = detail::inverse_length(from_b + at, channels, plane);
        double sum = 0;
        for (Index k = 0; k < channels; ++k) {
            const double d = detail::unit_difference(from_a[at + k * plane], over_a, from_b[at + k * plane], over_b);
            sum += static_cast<double>(w[k]) * d * d;
        }
        return gpu::Sums<1>{{sum}};
    });
    std::vector<double> distances(static_cast<std::size_t>(batch));
    c.download(&sums->value[0], batch, distances.data());
    for (double& d : distances) d /= static_cast<double>(plane);
    return distances;
}

/// dd is in host memory. @see the overload for the CPU
inline void feature_distance_gradient(Context<Cuda>& c, Maps<const float> a, Maps<const float> b,
                                      std::span<const float> weight, std::span<const double> dd, Maps<float> da) {
    constexpr const char* where = "feature_distance_gradient";
    detail::require_features(where, a, b, weight);
    require_same_shape(where, "da", da, a);
    require_equal(where, "size of dd", static_cast<Index>(dd.size()), a.extent(0));
    const Workspace::Frame frame(c.workspace());
    const Index batch = a.extent(0), channels = a.extent(1), plane = pixels_of(a);
    double* const share = c.workspace().take<double>(batch);
    c.upload(dd.data(), batch, share);
    const float *const from_a = a.data, *const from_b = b.data, *const w = weight.data();
    float* const to = da.data;
    c.launch(batch * plane, [=] STYLEGAN_DEVICE(Index i) {  // a pixel
        const Index n = quotient(i, plane), at = n * channels * plane + i - n * plane;
        const double factor = 2 * share[n] / static_cast<double>(plane);
        const double over_a = detail::inverse_length(from_a + at, channels, plane);
        const double over_b = detail::inverse_length(from_b + at, channels, plane);
        const double length = 1 / over_a - feature_epsilon;
        if (!(length > feature_epsilon)) {  // all units are off and pass no gradient
            for (Index k = 0; k < channels; ++k) to[at + k * plane] = 0;
            return;
        }
        double along = 0;  // (u . a) / (|a| (|a| + epsilon))
        for (Index k = 0; k < channels; ++k) {
            const Index here = at + k * plane;
            along += factor * static_cast<double>(w[k]) *
                     detail::unit_difference(from_a[here], over_a, from_b[here], over_b) *
                     static_cast<double>(from_a[here]);
        }
        along *= over_a / length;
        for (Index k = 0; k < channels; ++k) {
            const Index here = at + k * plane;
            const double u = factor * static_cast<double>(w[k]) *
                             detail::unit_difference(from_a[here], over_a, from_b[here], over_b);
            to[here] = static_cast<float>(over_a * (u - along * static_cast<double>(from_a[here])));
        }
    });
}

}  // namespace stylegan::ops
#endif
