// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/ops/eigen/resampling.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>
#include <stylegan/ops/vector/scratch.hpp>

#include <array>
#include <span>
#include <utility>

namespace stylegan::ops {

/// The longest filter of blur().
inline constexpr int longest_blur = 63;

/// The weighted sum of three neighbours.
template <class S>
struct ThreeTaps {
    S before, here, after;
    template <class V>
    STYLEGAN_HOST_DEVICE V operator()(V a, V b, V c) const {
        return before * a + (here * b + after * c);
    }
};

namespace detail {

/// Part of a plane: rows [first, last) of `height`, each of `width` values.
struct Strip {
    Index height, width, first, last;

    [[nodiscard]] Index rows() const { return last - first; }
};

/// out = the rows of a strip, each the weighted sum of its neighbours above and below; rows outside the plane are zero.
template <class S>
void blur_columns(const Strip& s, const S* plane, const S* filter, int taps, S* out) {
    const Index radius = taps / 2;
    const auto add = [&](Index from, Index to, int k) {  // tap k of rows [from, to)
        const S* source = plane + (from + k - radius) * s.width;
        S* const sum = out + (from - s.first) * s.width;
        map((to - from) * s.width, sum, [w = filter[k]](auto a, auto b) { return a + w * b; },
            static_cast<const S*>(sum), source);
    };
    const auto scale = [&](Index from, Index to) {
        map((to - from) * s.width, out + (from - s.first) * s.width, [w = filter[radius]](auto v) { return w * v; },
            plane + from * s.width);
    };
    if (taps == 3) {
        const Index from = std::clamp<Index>(1, s.first, s.last), to = std::clamp<Index>(s.height - 1, from, s.last);
        const S* here = plane + from * s.width;
        if (to > from)
            map((to - from) * s.width, out + (from - s.first) * s.width, ThreeTaps<S>{filter[0], filter[1], filter[2]},
                here - s.width, here, here + s.width);
        const std::pair<Index, Index> ends[] = {{s.first, from}, {to, s.last}};  // the plane's first and last row
        for (const auto& [begin, end] : ends) {
            scale(begin, end);
            if (begin < end && begin > 0) add(begin, end, 0);
            if (begin < end && end < s.height) add(begin, end, 2);
        }
        return;
    }
    scale(s.first, s.last);
    for (int k = 0; k < taps; ++k)
        if (k != radius)
            if (const Index from = std::max(s.first, radius - k), to = std::min(s.last, s.height + radius - k);
                from < to)
                add(from, to, k);
}

/// out = the weighted sum of each value of `in` and its neighbours left and right. All rows are first filtered as one
/// long row; the values near both ends of each row are then computed again, with zeros outside. `in` has radius more
/// values on both sides.
template <class S>
void blur_rows(const Strip& s, const S* in, const S* filter, int taps, S* out) {
    const Index radius = taps / 2, count = s.rows() * s.width;
    if (taps == 3) {
        map(count, out, ThreeTaps<S>{filter[0], filter[1], filter[2]}, in - 1, in, in + 1);
    } else {
        map(
            count, out, [w = filter[radius]](auto v) { return w * v; }, in);
        for (int k = 0; k < taps; ++k)
            if (k != radius)
                map(
                    count, out, [w = filter[k]](auto a, auto b) { return a + w * b; }, static_cast<const S*>(out),
                    in + k - radius);
    }
    const auto again = [&](Index row, Index column) {
        const Index from = std::max<Index>(column - radius, 0), to = std::min(column + radius + 1, s.width);
        S sum = 0;
        for (Index w = from; w < to; ++w) sum += filter[w - column + radius] * in[row * s.width + w];
        out[row * s.width + column] = sum;
    };
    const Index left = std::min(radius, s.width), right = std::max(left, s.width - radius);
    for (Index row = 0; row < s.rows(); ++row) {
        for (Index column = 0; column < left; ++column) again(row, column);
        for (Index column = right; column < s.width; ++column) again(row, column);
    }
}

/// Large planes are processed in strips, small ones in groups: the data of an item stays in the L2 cache.
template <class S>
void blur_planes(Context<BasicCpu<S>>& c, Maps<const S> x, const S* filter, int taps, Maps<S> y) {
    const Index planes = x.extent(0) * x.extent(1), height = x.extent(2), width = x.extent(3), pixels = height * width;
    if (x.size() == 0) return;
    const Index rows = std::clamp<Index>(2 * item_values / width, std::min<Index>(height, 8), height);
    const Index strips = (height + rows - 1) / rows, group = std::max<Index>(1, item_values / (rows * width));
    const Index work = planes * strips, pad = 64;  // at least the radius, in whole cache lines
    parallel_for_with_scratch(c, (work + group - 1) / group, rows * width + 2 * pad, [&](Index item, S* scratch) {
        S* const columns = scratch + pad;
        for (Index i = item * group; i < std::min(work, (item + 1) * group); ++i) {
            const Index plane = i / strips * pixels, first = i % strips * rows;
            const Strip s{height, width, first, std::min(height, first + rows)};
            std::fill_n(columns - taps / 2, taps / 2, S(0));
            std::fill_n(columns + s.rows() * width, taps / 2, S(0));
            blur_columns(s, x.data + plane, filter, taps, columns);
            blur_rows(s, columns, filter, taps, y.data + plane + first * width);
        }
    });
}

template <class S>
void require_blur(const char* where, const char* in, Maps<const S> x, std::span<const S> filter, const char* out,
                  Maps<S> y) {
    require_same_shape(where, out, y, x);
    if (filter.size() % 2 == 0 || filter.size() > static_cast<std::size_t>(longest_blur))
        throw ValueError(
            text(where, ": length of filter is ", filter.size(), ", expected an odd number up to ", longest_blur));
    if (x.data == y.data) throw ValueError(text(where, ": ", in, " and ", out, " share memory, expected two blocks"));
}

}  // namespace detail

/// Low-pass filter of each channel: y(n,c,h,w) = sum over i,j of filter(i) filter(j) x(n,c,h+i-r,w+j-r), with
/// zeros outside and r = length / 2. Linear, so the tangent is blur() of the tangent.
///
/// @param x, y    (N, C, H, W), not aliasing
/// @param filter  one dimension of the separable filter, of odd length, not normalised by its sum
/// @throws ShapeError if the shapes differ; ValueError if the length is even or above longest_blur, or if x is y
template <class S>
void blur(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, std::span<const Same<S>> filter, Maps<Same<S>> y) {
    detail::require_blur<S>("blur", "x", x, filter, "y", y);
    if (eigen::chosen(c)) return eigen::blur<S>(c, x, filter.data(), static_cast<int>(filter.size()), y);
    detail::blur_planes<S>(c, x, filter.data(), static_cast<int>(filter.size()), y);
}

/// dx = blur of dy with the filter reversed.
/// @throws as blur()
template <class S>
void blur_gradient(Context<BasicCpu<S>>& c, Maps<const Same<S>> dy, std::span<const Same<S>> filter, Maps<Same<S>> dx) {
    detail::require_blur<S>("blur_gradient", "dy", dy, filter, "dx", dx);
    std::array<S, longest_blur> reversed{};
    std::reverse_copy(filter.begin(), filter.end(), reversed.begin());
    if (eigen::chosen(c)) return eigen::blur<S>(c, dy, reversed.data(), static_cast<int>(filter.size()), dx);
    detail::blur_planes<S>(c, dy, reversed.data(), static_cast<int>(filter.size()), dx);
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/blur.hpp>
#endif
