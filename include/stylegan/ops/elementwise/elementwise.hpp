// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/eigen/arrays.hpp>
#include <stylegan/ops/vector/lanes.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

/// Elementwise arithmetic and sums, for every op that is not a matrix product.
///
/// The arithmetic of an op is one STYLEGAN_HOST_DEVICE callable. It is a template on its value type and uses + - * /,
/// root() and `condition ? a : b` alone, so the launchers here call it with whole vectors and, for the rest of a row,
/// with scalars; a launcher for another device calls the same callable with scalars, and Kernels::eigen calls those of
/// elementwise() with Eigen's arrays. A callable returns the type of its arguments.
/// An output may be one of the inputs (at the same address, not a shifted one): values are read before they are
/// written.
namespace stylegan::ops {

/// S, deduced from the context alone, so that the other arguments of an op convert (View<S> to View<const S>, say).
template <class S>
using Same = std::type_identity_t<S>;

/// The scalar of a device, in ops that are one template for all devices.
template <class Device>
using ScalarOf = typename Device::Scalar;

namespace detail {

/// Processes as many whole vectors of `Width` as fit, from index i on. @return the index after the last
template <int Width, class S, class F, class... In>
inline Index map_lanes(Index i, Index count, S* out, const F& f, const In*... in) {
    if constexpr (shared_vectors)
        for (; i + Width <= count; i += Width) store(out + i, f(load<Lanes<S, Width>>(in + i)...));
    return i;
}

}  // namespace detail

/// out[i] = f(in[i]...) for i in [0, count), on this thread.
template <class S, class F, class... In>
inline void map(Index count, S* out, const F& f, const In*... in) {
    constexpr int width = vector_width<S>;
    Index i = detail::map_lanes<width>(0, count, out, f, in...);
    if constexpr (width / 2 > 1) i = detail::map_lanes<width / 2>(i, count, out, f, in...);
    if constexpr (width / 4 > 1) i = detail::map_lanes<width / 4>(i, count, out, f, in...);
    for (; i < count; ++i) out[i] = f(in[i]...);
}

/// Values that are summed in S before their sum is added in double.
inline constexpr Index sum_block = 4096;

namespace detail {

/// The sums of one block; f(sum, i) adds the terms of index i to sum[0] ... sum[K-1], as vectors or as scalars.
template <int K, class S, class F>
inline void sum_one_block(Index begin, Index end, std::array<double, static_cast<std::size_t>(K)>& total, const F& f) {
    S of_lanes[K] = {}, rest[K] = {};
    Index i = begin;
    if constexpr (shared_vectors) {
        using V = Lanes<S>;
        constexpr int width = vector_width<S>;
        V even[K] = {}, odd[K] = {};  // two independent chains of additions hide latency
        for (; i + 2 * width <= end; i += 2 * width) {
            f(even, i);
            f(odd, i + width);
        }
        if (i + width <= end) {
            f(even, i);
            i += width;
        }
        for (int k = 0; k < K; ++k) {
            const V both = even[k] + odd[k];
            of_lanes[k] = sum_of_lanes<S, width>(both);
        }
    }
    for (; i < end; ++i) f(rest, i);
    for (int k = 0; k < K; ++k)
        total[static_cast<std::size_t>(k)] += static_cast<double>(of_lanes[k]) + static_cast<double>(rest[k]);
}

template <int K, class S, class F>
inline std::array<double, static_cast<std::size_t>(K)> sum_blocks(Index count, const F& f) {
    std::array<double, static_cast<std::size_t>(K)> total{};
    for (Index begin = 0; begin < count; begin += sum_block)
        sum_one_block<K, S>(begin, std::min(begin + sum_block, count), total, f);
    return total;
}

template <class T, class S>
[[nodiscard]] inline T at(const S* p, Index i) {
    if constexpr (std::is_same_v<T, S>)
        return p[i];
    else
        return load<T>(p + i);
}

}  // namespace detail

/// K sums over i in [0, count): f(sum, in[i]...) adds its terms to sum[0] ... sum[K-1].
/// The order of the additions depends on `count` alone; their rounding error stays near that of a single S.
template <int K, class S, class F, class... In>
[[nodiscard]] inline std::array<double, static_cast<std::size_t>(K)> sums(Index count, const F& f, const S* first,
                                                                          const In*... in) {
    return detail::sum_blocks<K, S>(count, [&](auto* sum, Index i) {
        using T = std::remove_pointer_t<decltype(sum)>;
        f(sum, detail::at<T>(first, i), detail::at<T>(in, i)...);
    });
}

/// out[i] = f(sum, in[i]...), where f also adds to sum[0] ... sum[K-1], as in sums().
template <int K, class S, class F, class... In>
inline std::array<double, static_cast<std::size_t>(K)> map_and_sum(Index count, S* out, const F& f, const In*... in) {
    return detail::sum_blocks<K, S>(count, [&](auto* sum, Index i) {
        using T = std::remove_pointer_t<decltype(sum)>;
        const T value = f(sum, detail::at<T>(in, i)...);
        store(out + i, value);
    });
}

/// Values of one item of a threaded loop: enough to be worth waking a thread, few enough to share evenly.
inline constexpr Index item_values = 16384;

/// Calls f(plane) for each plane of `pixels` values, on all threads; small planes are grouped.
template <class S, class F>
void for_each_plane(Context<BasicCpu<S>>& c, Index planes, Index pixels, const F& f) {
    const Index group = std::max<Index>(1, item_values / std::max<Index>(1, pixels));
    c.parallel_for((planes + group - 1) / group, [&](Index item) {
        const Index end = std::min(planes, (item + 1) * group);
        for (Index plane = item * group; plane < end; ++plane) f(plane);
    });
}

/// Calls f(plane, first, count) for stretches [first, first + count) that together cover each plane of `pixels` values.
template <class S, class F>
void for_each_stretch(Context<BasicCpu<S>>& c, Index planes, Index pixels, const F& f) {
    const Index parts = std::max<Index>(1, (pixels + item_values - 1) / item_values);
    for_each_plane(c, planes * parts, std::min(pixels, item_values), [&](Index item) {
        const Index first = item % parts * item_values;
        f(item / parts, first, std::min(pixels - first, item_values));
    });
}

/// out[i] = f(in[i]...) for i in [0, count), on all threads.
template <class S, class F, class... In>
void elementwise(Context<BasicCpu<S>>& c, Index count, S* out, const F& f, const In*... in) {
    static_assert(
        std::is_same_v<std::invoke_result_t<const F&, std::conditional_t<true, eigen::Block<S>, In>...>,
                       eigen::Block<S>>,
        "stylegan::ops::elementwise: the function must return the type of its arguments, not an expression of them");
    if (eigen::chosen(c))
        return for_each_stretch(
            c, 1, count, [&](Index, Index first, Index n) { eigen::assign(n, out + first, f, (in + first)...); });
    for_each_stretch(c, 1, count, [&](Index, Index first, Index n) { map(n, out + first, f, (in + first)...); });
}

/// @throws ShapeError unless both views have the same extents: "blur: extent 2 of y is 8, expected 16"
template <class A, class B, int Rank>
void require_same_shape(const char* where, const char* what, const View<A, Rank>& found,
                        const View<B, Rank>& expected) {
    for (int axis = 0; axis < Rank; ++axis)
        if (found.extent(axis) != expected.extent(axis))
            throw ShapeError(text(where, ": extent ", axis, " of ", what, " is ", found.extent(axis), ", expected ",
                                  expected.extent(axis)));
}

/// @throws ShapeError unless `found` has exactly these extents
template <class A, class... I>
void require_shape(const char* where, const char* what, const View<A, static_cast<int>(sizeof...(I))>& found,
                   I... expected) {
    require_same_shape(where, what, found,
                       View<const A, static_cast<int>(sizeof...(I))>{nullptr, {static_cast<Index>(expected)...}});
}

/// H * W
template <class T>
[[nodiscard]] constexpr Index pixels_of(const Maps<T>& x) {
    return x.extent(2) * x.extent(3);
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/elementwise.hpp>
#endif
