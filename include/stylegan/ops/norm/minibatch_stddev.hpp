// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/ops/eigen/minibatch_stddev.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>
#include <stylegan/ops/norm/stddev_groups.hpp>

#include <algorithm>
#include <type_traits>

/// Minibatch standard deviation (arXiv 1710.10196, section 3), with its gradient and both tangents.
///
/// The batch is viewed as (G, M, ...): sample n = g * M + m belongs to group m = n mod M; the channels are viewed as
/// (F, C / F). The deviation of an element over the G samples of a group is sqrt(variance + eps), variance biased. Its
/// mean over the elements of feature f is appended as channel C + f of each sample of the group.
namespace stylegan::ops {
namespace detail {

/// The value at p as a double, or the values from p on as a vector V of doubles. All arithmetic here is in double:
/// samples of a group are often nearly equal, and single precision loses their differences and the curvature of the
/// root.
template <class V, class S>
[[nodiscard]] STYLEGAN_HOST_DEVICE inline V widened(const S* p) {
    if constexpr (std::is_same_v<V, double>)
        return static_cast<double>(*p);
    else
        return __builtin_convertvector((load<Lanes<S, vector_width<double>>>(p)), V);
}

template <class S, class V>
inline void store_narrowed(S* p, const V& v) {
    if constexpr (std::is_same_v<V, double>)
        *p = static_cast<S>(v);
    else
        store(p, __builtin_convertvector(v, Lanes<S, vector_width<double>>));
}

/// The mean over the group at one element, and 1 / sqrt(variance + eps), for a few elements at a time.
template <class V>
struct Deviation {
    V mean, inverse;
};

/// @param p     the elements of member 0
/// @param step  from one member to the next
template <class V, class S>
[[nodiscard]] STYLEGAN_HOST_DEVICE inline Deviation<V> deviation(const S* p, Index step, Index members, double eps) {
    const double share = 1 / static_cast<double>(members);
    V mean = widened<V>(p);
    for (Index g = 1; g < members; ++g) mean += widened<V>(p + g * step);
    mean *= share;
    V squares{};
    for (Index g = 0; g < members; ++g) {
        const V d = widened<V>(p + g * step) - mean;
        squares += d * d;
    }
    return {mean, 1.0 / root<V>(squares * share + eps)};
}

/// The tangent of the deviation, mean over the group of (x - mean) * x_dot / deviation.
template <class V, class S>
[[nodiscard]] STYLEGAN_HOST_DEVICE inline V deviation_tangent(const Deviation<V>& s, const S* x, const S* x_dot,
                                                              Index step, Index members) {
    V products{};
    for (Index g = 0; g < members; ++g) products += (widened<V>(x + g * step) - s.mean) * widened<V>(x_dot + g * step);
    return products * s.inverse * (1 / static_cast<double>(members));
}

/// Calls f(T*, i) for i in [0, count), with T a vector of doubles for whole vectors, then double for the rest.
template <class F>
inline void for_each_lane(Index count, const F& f) {
    Index i = 0;
    if constexpr (shared_vectors)
        for (; i + vector_width<double> <= count; i += vector_width<double>) f(static_cast<Lanes<double>*>(nullptr), i);
    for (; i < count; ++i) f(static_cast<double*>(nullptr), i);
}

}  // namespace detail

/// y = x with `features` channels appended, the mean deviations of each sample's group.
///
/// @param x         (N, C, H, W)
/// @param group     the group size; a smaller batch is one group
/// @param features  F, appended channels; C is a multiple of it
/// @param eps       added to the variance, 1e-8 in the published networks
/// @param y         (N, C + F, H, W), not aliasing x
/// @throws ShapeError if N is not a multiple of min(group, N), C not of features, or y does not match;
///         ValueError if group or features is below 1
template <class S>
void minibatch_stddev(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, int group, int features, Same<S> eps,
                      Maps<Same<S>> y) {
    const auto s = detail::stddev_groups("minibatch_stddev", x, group, features);
    detail::require_appended("minibatch_stddev", "y", y, x, features);
    if (eigen::chosen(c)) return eigen::minibatch_stddev<S>(c, s, x, static_cast<double>(eps), y);
    const Index step = s.groups * x.stride();
    detail::for_each_group(c, s, [&](Index m, Index f) {
        const S* p = x.data + s.at(0, m, f, s.channels);
        const double total = detail::sum_blocks<1, double>(s.elements(), [&](auto* sum, Index i) {
            using V = std::remove_pointer_t<decltype(sum)>;
            sum[0] += 1.0 / detail::deviation<V>(p + i, step, s.members, static_cast<double>(eps)).inverse;
        })[0];
        detail::append<S>(s, m, f, x.data, static_cast<S>(total / static_cast<double>(s.elements())), y.data);
    });
}

/// With d the sum of dy over the appended channel of a group: dx = dy + d / (elements * G) * (x - mean) / deviation.
///
/// @param x, group, features, eps  as they went into minibatch_stddev
/// @param dy                       (N, C + F, H, W)
/// @param dx                       (N, C, H, W)
/// @throws as minibatch_stddev()
template <class S>
void minibatch_stddev_gradient(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, int group, int features, Same<S> eps,
                               Maps<const Same<S>> dy, Maps<Same<S>> dx) {
    constexpr const char* where = "minibatch_stddev_gradient";
    const auto s = detail::stddev_groups(where, x, group, features);
    detail::require_appended(where, "dy", dy, x, features);
    require_same_shape(where, "dx", dx, x);
    if (eigen::chosen(c)) return eigen::minibatch_stddev_gradient<S>(c, s, x, static_cast<double>(eps), dy, dx);
    const Index step = s.groups * x.stride(), wide_step = s.groups * dy.stride();
    detail::for_each_group(c, s, [&](Index m, Index f) {
        const Index at = s.at(0, m, f, s.channels), wide_at = s.at(0, m, f, s.channels + s.features);
        const double share = detail::stddev_share<S>(s, m, f, dy.data);
        detail::for_each_lane(s.elements(), [&]<class V>(V*, Index i) {
            const S* p = x.data + at + i;
            const auto d = detail::deviation<V>(p, step, s.members, static_cast<double>(eps));
            for (Index g = 0; g < s.members; ++g) {
                const V centred = detail::widened<V>(p + g * step) - d.mean;
                const V above = detail::widened<V>(dy.data + wide_at + g * wide_step + i);
                detail::store_narrowed(dx.data + at + g * step + i, V(above + share * centred * d.inverse));
            }
        });
    });
}

/// y_dot = x_dot with the tangents of the mean deviations appended.
///
/// @param x, group, features, eps  as they went into minibatch_stddev
/// @param x_dot                    (N, C, H, W)
/// @param y_dot                    (N, C + F, H, W)
/// @throws as minibatch_stddev()
template <class S>
void minibatch_stddev_tangent(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, int group, int features, Same<S> eps,
                              Maps<const Same<S>> x_dot, Maps<Same<S>> y_dot) {
    constexpr const char* where = "minibatch_stddev_tangent";
    const auto s = detail::stddev_groups(where, x, group, features);
    require_same_shape(where, "x_dot", x_dot, x);
    detail::require_appended(where, "y_dot", y_dot, x, features);
    if (eigen::chosen(c)) return eigen::minibatch_stddev_tangent<S>(c, s, x, static_cast<double>(eps), x_dot, y_dot);
    const Index step = s.groups * x.stride();
    detail::for_each_group(c, s, [&](Index m, Index f) {
        const Index at = s.at(0, m, f, s.channels);
        const double total = detail::sum_blocks<1, double>(s.elements(), [&](auto* sum, Index i) {
            using V = std::remove_pointer_t<decltype(sum)>;
            const auto d = detail::deviation<V>(x.data + at + i, step, s.members, static_cast<double>(eps));
            sum[0] += detail::deviation_tangent<V>(d, x.data + at + i, x_dot.data + at + i, step, s.members);
        })[0];
        detail::append<S>(s, m, f, x_dot.data, static_cast<S>(total / static_cast<double>(s.elements())), y_dot.data);
    });
}

/// The tangent of the gradient: dx_dot = dy_dot + 1 / (elements * G) *
///     (d_dot * (x - mean) / deviation
///      + d * ((x_dot - mean_dot) / deviation - (x - mean) * deviation_dot / deviation^2))
///
/// @param x, group, features, eps  as they went into minibatch_stddev
/// @param x_dot, dx_dot            (N, C, H, W)
/// @param dy, dy_dot               (N, C + F, H, W)
/// @throws as minibatch_stddev()
template <class S>
void minibatch_stddev_gradient_tangent(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, int group, int features,
                                       Same<S> eps, Maps<const Same<S>> x_dot, Maps<const Same<S>> dy,
                                       Maps<const Same<S>> dy_dot, Maps<Same<S>> dx_dot) {
    constexpr const char* where = "minibatch_stddev_gradient_tangent";
    const auto s = detail::stddev_groups(where, x, group, features);
    require_same_shape(where, "x_dot", x_dot, x);
    detail::require_appended(where, "dy", dy, x, features);
    detail::require_appended(where, "dy_dot", dy_dot, x, features);
    require_same_shape(where, "dx_dot", dx_dot, x);
    if (eigen::chosen(c))
        return eigen::minibatch_stddev_gradient_tangent<S>(c, s, x, static_cast<double>(eps), x_dot, dy, dy_dot,
                                                           dx_dot);
    const Index step = s.groups * x.stride(), wide_step = s.groups * dy.stride();
    detail::for_each_group(c, s, [&](Index m, Index f) {
        const Index at = s.at(0, m, f, s.channels), wide_at = s.at(0, m, f, s.channels + s.features);
        const double share = detail::stddev_share<S>(s, m, f, dy.data);
        const double share_dot = detail::stddev_share<S>(s, m, f, dy_dot.data);
        detail::for_each_lane(s.elements(), [&]<class V>(V*, Index i) {
            const S *p = x.data + at + i, *p_dot = x_dot.data + at + i;
            const auto d = detail::deviation<V>(p, step, s.members, static_cast<double>(eps));
            const V rate = detail::deviation_tangent<V>(d, p, p_dot, step, s.members) * d.inverse;
            V mean_dot = detail::widened<V>(p_dot);
            for (Index g = 1; g < s.members; ++g) mean_dot += detail::widened<V>(p_dot + g * step);
            mean_dot *= 1 / static_cast<double>(s.members);
            for (Index g = 0; g < s.members; ++g) {
                const V centred = detail::widened<V>(p + g * step) - d.mean;
                const V centred_dot = detail::widened<V>(p_dot + g * step) - mean_dot;
                const V above = detail::widened<V>(dy_dot.data + wide_at + g * wide_step + i);
                const V change = share_dot * centred + share * (centred_dot - centred * rate);
                detail::store_narrowed(dx_dot.data + at + g * step + i, V(above + d.inverse * change));
            }
        });
    });
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/minibatch_stddev.hpp>
#endif
