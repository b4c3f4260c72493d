// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/core/view.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

/// Lines of pixels doubled and halved by a wavelet's filter.
namespace stylegan::ops::detail {

/// The wavelet sym6, scaled to sum up to 1: what doubles and halves.
inline constexpr std::array<double, 12> sym6 = [] {
    std::array<double, 12> h{0.015404109327027373, 0.0034907120842174702, -0.11799011114819057,
                             -0.048311742585633,   0.4910559419267466,    0.787641141030194,
                             0.3379294217276218,   -0.07263752278646252,  -0.021060292512300564,
                             0.04472490177066578,  0.0017677118642428036, -0.007800708325034148};
    double sum = 0;
    for (const double v : h) sum += v;
    for (double& v : h) v /= sum;
    return h;
}();
inline constexpr Index sym6_border = 6;  ///< pixels around the result that halving reads

/// The filter as arithmetic takes it; kernels get a copy.
template <class S>
struct Sym6 {
    S h[12];

    [[nodiscard]] static constexpr Sym6 values() {
        Sym6 f{};
        for (std::size_t k = 0; k < 12; ++k) f.h[k] = static_cast<S>(sym6[k]);
        return f;
    }
};

/// A line in memory.
template <class S>
struct Line {
    const S* from;
    Index step;  ///< from one value to the next
    STYLEGAN_HOST_DEVICE S operator()(Index i) const { return from[i * step]; }
};

/// to[j] = gain * sum over k of sym6[k] from[2 j + k + offset]; zeros outside.
template <class S>
struct Reduce {
    Sym6<S> filter;
    Index offset;
    S gain;

    template <class From>
    STYLEGAN_HOST_DEVICE S operator()(Index j, Index count, const From& from) const {
        S sum = 0;
        for (Index k = 0; k < 12; ++k) {
            const Index at = 2 * j + k + offset;
            if (at >= 0 && at < count) sum += filter.h[k] * from(at);
        }
        return gain * sum;
    }
};

/// to[t] = gain * sum over k of sym6[k] from[(t + offset - k) / 2] where that is a whole number; zeros outside.
template <class S>
struct Expand {
    Sym6<S> filter;
    Index offset;
    S gain;

    template <class From>
    STYLEGAN_HOST_DEVICE S operator()(Index t, Index count, const From& from) const {
        S sum = 0;
        for (Index k = (t + offset) & 1; k < 12; k += 2) {
            const Index at = (t + offset - k) / 2;
            if (t + offset - k >= 0 && at < count) sum += filter.h[k] * from(at);
        }
        return gain * sum;
    }
};

/// f for a line.
template <class S, class F>
void along_row(const F& f, const S* from, Index count, S* to, Index to_count) {
    for (Index i = 0; i < to_count; ++i) to[i] = f(i, count, Line<S>{from, 1});
}

/// As Reduce, for all columns at once: rows of `width` values, `step` apart.
template <class S>
void reduce_rows(const S* from, Index rows, Index width, Index step, Index offset, S gain, S* to, Index to_rows) {
    for (Index j = 0; j < to_rows; ++j) {
        S* const out = to + j * width;
        std::fill_n(out, width, S(0));
        for (Index k = 0; k < 12; ++k) {
            const Index r = 2 * j + k + offset;
            if (r < 0 || r >= rows) continue;
            const S weight = gain * static_cast<S>(sym6[static_cast<std::size_t>(k)]);
            const S* const in = from + r * step;
            for (Index c = 0; c < width; ++c) out[c] += weight * in[c];
        }
    }
}

/// As Expand, for all columns at once: rows of `width` values.
/// @param to_step  values from one row of the result to the next
template <class S>
void expand_rows(const S* from, Index rows, Index width, Index offset, S gain, S* to, Index to_rows, Index to_step) {
    for (Index t = 0; t < to_rows; ++t) {
        S* const out = to + t * to_step;
        std::fill_n(out, width, S(0));
        for (Index k = (t + offset) & 1; k < 12; k += 2) {
            const Index r = (t + offset - k) / 2;
            if (t + offset - k < 0 || r >= rows) continue;
            const S weight = gain * static_cast<S>(sym6[static_cast<std::size_t>(k)]);
            const S* const in = from + r * width;
            for (Index c = 0; c < width; ++c) out[c] += weight * in[c];
        }
    }
}

}  // namespace stylegan::ops::detail
