// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>

#include <algorithm>

namespace stylegan::ops {
namespace detail {

/// The groups and features of a batch.
struct StddevGroups {
    Index members;   ///< G
    Index groups;    ///< M
    Index features;  ///< F
    Index channels;  ///< C
    Index pixels;    ///< H * W

    /// Elements of one feature in one sample, C / F * H * W, contiguous.
    [[nodiscard]] STYLEGAN_HOST_DEVICE Index elements() const { return channels / features * pixels; }
    /// Offset of the elements of (member g, group m, feature f) in maps of `width` channels.
    [[nodiscard]] STYLEGAN_HOST_DEVICE Index at(Index g, Index m, Index f, Index width) const {
        return (g * groups + m) * width * pixels + f * elements();
    }
    /// Offset of the appended channel in (N, C + F, H, W).
    [[nodiscard]] STYLEGAN_HOST_DEVICE Index appended(Index g, Index m, Index f) const {
        return ((g * groups + m) * (channels + features) + channels + f) * pixels;
    }
};

template <class T>
StddevGroups stddev_groups(const char* where, const Maps<T>& x, int group, int features) {
    if (group < 1) throw ValueError(text(where, ": group is ", group, ", expected 1 or more"));
    if (features < 1) throw ValueError(text(where, ": features is ", features, ", expected 1 or more"));
    const Index batch = x.extent(0), channels = x.extent(1), members = std::min<Index>(group, batch);
    if (members > 0 && batch % members != 0)
        throw ShapeError(text(where, ": batch of x is ", batch, ", expected a multiple of the group size ", members));
    if (channels % features != 0)
        throw ShapeError(
            text(where, ": channels of x are ", channels, ", expected a multiple of the ", features, " features"));
    return {members, members > 0 ? batch / members : 0, features, channels, pixels_of(x)};
}

template <class A, class B>
void require_appended(const char* where, const char* what, const Maps<A>& y, const Maps<B>& x, int features) {
    require_shape(where, what, y, x.extent(0), x.extent(1) + features, x.extent(2), x.extent(3));
}

/// Calls f(m, f) for each group and feature.
template <class S, class F>
void for_each_group(Context<BasicCpu<S>>& c, const StddevGroups& s, const F& f) {
    for_each_plane(c, s.groups * s.features, s.members * s.elements(),
                   [&](Index item) { f(item / s.features, item % s.features); });
}

/// Copies feature f of each member of group m, and fills its appended channel with `value`.
template <class S>
void append(const StddevGroups& s, Index m, Index f, const S* x, S value, S* y) {
    for (Index g = 0; g < s.members; ++g) {
        std::copy_n(x + s.at(g, m, f, s.channels), s.elements(), y + s.at(g, m, f, s.channels + s.features));
        std::fill_n(y + s.appended(g, m, f), s.pixels, value);
    }
}

/// dL/d(mean deviation of (m, f)) / (elements * members): what reaches each element.
/// @param plane_sum  plane_sum(p) is the sum of the pixels of the plane of dy at p, in double
template <class S, class Sum>
[[nodiscard]] double stddev_share(const StddevGroups& s, Index m, Index f, const S* dy, const Sum& plane_sum) {
    double sum = 0;
    for (Index g = 0; g < s.members; ++g) sum += plane_sum(dy + s.appended(g, m, f));
    return sum / static_cast<double>(s.elements() * s.members);
}
template <class S>
[[nodiscard]] double stddev_share(const StddevGroups& s, Index m, Index f, const S* dy) {
    return stddev_share(s, m, f, dy, [&](const S* p) {
        return sums<1>(
            s.pixels, [](auto* part, auto v) { part[0] += v; }, p)[0];
    });
}

}  // namespace detail
}  // namespace stylegan::ops
