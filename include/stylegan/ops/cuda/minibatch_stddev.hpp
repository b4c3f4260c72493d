// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/elementwise.hpp>
#include <stylegan/ops/norm/minibatch_stddev.hpp>

namespace stylegan::ops {
namespace detail {

/// An element of a feature of a group, numbered through all groups and features: item = (m * F + f) * elements + i.
struct StddevElement {
    Index group, feature, element;
    STYLEGAN_HOST_DEVICE static StddevElement of(Index which, Index element, const StddevGroups& s) {
        const Index m = quotient(which, s.features);
        return {m, which - m * s.features, element};
    }
    STYLEGAN_HOST_DEVICE static StddevElement of(Index item, const StddevGroups& s) {
        const Index which = quotient(item, s.elements());
        return of(which, item - which * s.elements(), s);
    }
};

/// One value for each (m, f), in double: the mean deviation, or its tangent.
inline void append(Context<Cuda>& c, const StddevGroups& s, const float* x, const gpu::Sums<1>* sums, Maps<float> y) {
    float* const to = y.data;
    const Index channels = s.channels + s.features, pixels = s.pixels;
    c.launch(y.size(), [=] STYLEGAN_DEVICE(Index i) {
        const MapsIndex at = MapsIndex::of(i, channels, pixels);
        if (at.channel < s.channels) {
            to[i] = x[(at.sample * s.channels + at.channel) * pixels + at.pixel];
            return;
        }
        const Index m = at.sample - quotient(at.sample, s.groups) * s.groups;
        to[i] = static_cast<float>(sums[m * s.features + at.channel - s.channels].value[0] /
                                   static_cast<double>(s.elements()));
    });
}

/// The sum of dy over the appended channel of each (m, f). @see stddev_share
inline const gpu::Sums<1>* appended_sums(Context<Cuda>& c, const StddevGroups& s, const float* dy) {
    return c.segmented_sums<1>(s.groups * s.features, s.members * s.pixels, [=] STYLEGAN_DEVICE(Index which, Index at) {
        const Index m = quotient(which, s.features), g = quotient(at, s.pixels);
        return gpu::Sums<1>{{static_cast<double>(dy[s.appended(g, m, which - m * s.features) + at - g * s.pixels])}};
    });
}

}  // namespace detail

/// @see the overload for the CPU
inline void minibatch_stddev(Context<Cuda>& c, Maps<const float> x, int group, int features, float eps, Maps<float> y) {
    const auto s = detail::stddev_groups("minibatch_stddev", x, group, features);
    detail::require_appended("minibatch_stddev", "y", y, x, features);
    const Workspace::Frame frame(c.workspace());
    const float* const from = x.data;
    const Index step = s.groups * x.stride();
    const auto* const sums =
        c.segmented_sums<1>(s.groups * s.features, s.elements(), [=] STYLEGAN_DEVICE(Index which, Index at) {
            const auto e = detail::StddevElement::of(which, at, s);
            const float* const p = from + s.at(0, e.group, e.feature, s.channels) + e.element;
            return gpu::Sums<1>{
                {1.0 / detail::deviation<double>(p, step, s.members, static_cast<double>(eps)).inverse}};
        });
    detail::append(c, s, from, sums, y);
}

/// @see the overload for the CPU
inline void minibatch_stddev_gradient(Context<Cuda>& c, Maps<const float> x, int group, int features, float eps,
                                      Maps<const float> dy, Maps<float> dx) {
    constexpr const char* where = "minibatch_stddev_gradient";
    const auto s = detail::stddev_groups(where, x, group, features);
    detail::require_appended(where, "dy", dy, x, features);
    require_same_shape(where, "dx", dx, x);
    const Workspace::Frame frame(c.workspace());
    const Index step = s.groups * x.stride(), wide_step = s.groups * dy.stride();
    const float *const from = x.data, *const d = dy.data;
    float* const to = dx.data;
    const gpu::Sums<1>* const sums = detail::appended_sums(c, s, d);
    c.launch(s.groups * s.features * s.elements(), [=] STYLEGAN_DEVICE(Index item) {
        const auto e = detail::StddevElement::of(item, s);
        const Index at = s.at(0, e.group, e.feature, s.channels) + e.element;
        const Index wide_at = s.at(0, e.group, e.feature, s.channels + s.features) + e.element;
        const double share =
            sums[e.group * s.features + e.feature].value[0] / static_cast<double>(s.elements() * s.members);
        const auto deviation = detail::deviation<double>(from + at, step, s.members, static_cast<double>(eps));
        for (Index g = 0; g < s.members; ++g) {
            const double centred = static_cast<double>(from[at + g * step]) - deviation.mean;
            to[at + g * step] = static_cast<float>(static_cast<double>(d[wide_at + g * wide_step]) +
                                                   share * centred * deviation.inverse);
        }
    });
}

/// @see the overload for the CPU
inline void minibatch_stddev_tangent(Context<Cuda>& c, Maps<const float> x, int group, int features, float eps,
                                     Maps<const float> x_dot, Maps<float> y_dot) {
    constexpr const char* where = "minibatch_stddev_tangent";
    const auto s = detail::stddev_groups(where, x, group, features);
    require_same_shape(where, "x_dot", x_dot, x);
    detail::require_appended(where, "y_dot", y_dot, x, features);
    const Workspace::Frame frame(c.workspace());
    const Index step = s.groups * x.stride();
    const float *const from = x.data, *const from_dot = x_dot.data;
    const auto* const sums =
        c.segmented_sums<1>(s.groups * s.features, s.elements(), [=] STYLEGAN_DEVICE(Index which, Index element) {
            const auto e = detail::StddevElement::of(which, element, s);
            const Index at = s.at(0, e.group, e.feature, s.channels) + e.element;
            const auto deviation = detail::deviation<double>(from + at, step, s.members, static_cast<double>(eps));
            return gpu::Sums<1>{
                {detail::deviation_tangent<double>(deviation, from + at, from_dot + at, step, s.members)}};
        });
    detail::append(c, s, from_dot, sums, y_dot);
}

/// @see the overload for the CPU
inline void minibatch_stddev_gradient_tangent(Context<Cuda>& c, Maps<const float> x, int group, int features, float eps,
                                              Maps<const float> x_dot, Maps<const float> dy, Maps<const float> dy_dot,
                                              Maps<float> dx_dot) {
    constexpr const char* where = "minibatch_stddev_gradient_tangent";
    const auto s = detail::stddev_groups(where, x, group, features);
    require_same_shape(where, "x_dot", x_dot, x);
    detail::require_appended(where, "dy", dy, x, features);
    detail::require_appended(where, "dy_dot", dy_dot, x, features);
    require_same_shape(where, "dx_dot", dx_dot, x);
    const Workspace::Frame frame(c.workspace());
    const Index step = s.groups * x.stride(), wide_step = s.groups * dy.stride();
    const float *const from = x.data, *const from_dot = x_dot.data, *const d_dot = dy_dot.data;
    float* const to = dx_dot.data;
    const gpu::Sums<1>* const sums = detail::appended_sums(c, s, dy.data);
    const gpu::Sums<1>* const sums_dot = detail::appended_sums(c, s, d_dot);
    c.launch(s.groups * s.features * s.elements(), [=] STYLEGAN_DEVICE(Index item) {
        const auto e = detail::StddevElement::of(item, s);
        const Index at = s.at(0, e.group, e.feature, s.channels) + e.element;
        const Index wide_at = s.at(0, e.group, e.feature, s.channels + s.features) + e.element;
        const Index which = e.group * s.features + e.feature;
        const double all = static_cast<double>(s.elements() * s.members);
        const double share = sums[which].value[0] / all, share_dot = sums_dot[which].value[0] / all;
        const auto deviation = detail::deviation<double>(from + at, step, s.members, static_cast<double>(eps));
        const double rate =
            detail::deviation_tangent<double>(deviation, from + at, from_dot + at, step, s.members) * deviation.inverse;
        double mean_dot = 0;
        for (Index g = 0; g < s.members; ++g) mean_dot += static_cast<double>(from_dot[at + g * step]);
        mean_dot /= static_cast<double>(s.members);
        for (Index g = 0; g < s.members; ++g) {
            const double centred = static_cast<double>(from[at + g * step]) - deviation.mean;
            const double centred_dot = static_cast<double>(from_dot[at + g * step]) - mean_dot;
            const double change = share_dot * centred + share * (centred_dot - centred * rate);
            to[at + g * step] =
                static_cast<float>(static_cast<double>(d_dot[wide_at + g * wide_step]) + deviation.inverse * change);
        }
    });
}

}  // namespace stylegan::ops
#endif
