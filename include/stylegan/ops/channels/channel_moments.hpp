// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/vector/lanes.hpp>

#include <stylegan/device/gcc_unroll_begin.hpp>

namespace stylegan::ops {

/// Means and sums of squared deviations of the channels of a block, accumulated group by group. Groups are merged in
/// double (Chan, Golub, LeVeque 1983).
struct ChannelMoments {
    static constexpr int lanes = vector_width<float>;

    double count = 0;
    double mean[lanes] = {}, squares[lanes] = {};

    void add(const ChannelMoments& o) {
        if (o.count == 0) return;
        const double total = count + o.count, share = o.count / total, both = count * share;
        for (int i = 0; i < lanes; ++i) {
            const double difference = o.mean[i] - mean[i];
            mean[i] += difference * share;
            squares[i] += o.squares[i] + difference * difference * both;
        }
        count = total;
    }
};

/// A group of values, summed in single precision around its first value. For n values the sum of squares around that
/// value is at most n + 1 times that around the mean, however far from zero they are: groups of two thousand values
/// lose at most three or four digits of their variance, and usually none.
struct MomentGroup {
    using Vector = Lanes<float>;

    int count = 0;
    Vector centre{}, sum{}, squares{};

    /// Values v[first], ..., v[last - 1].
    template <int Most>
    [[gnu::always_inline]] void add(const Vector (&v)[Most], int first = 0, int last = Most) {
        if (count == 0) centre = v[first];
        count += last - first;
        Vector s{}, q{};
        if (first == 0 && last == Most) {
#pragma GCC unroll 8
            for (int i = 0; i < Most; ++i) {
                const Vector d = v[i] - centre;
                s += d;
                q += d * d;
            }
        } else {
            for (int i = first; i < last; ++i) {
                const Vector d = v[i] - centre;
                s += d;
                q += d * d;
            }
        }
        sum += s;
        squares += q;
    }

    /// Merges the group into `all`.
    void flush(ChannelMoments& all) const {
        if (count == 0) return;
        ChannelMoments m;
        m.count = count;
        for (int i = 0; i < ChannelMoments::lanes; ++i) {
            const double s = static_cast<double>(sum[i]), rest = s / m.count;
            m.mean[i] = static_cast<double>(centre[i]) + rest;
            m.squares[i] = static_cast<double>(squares[i]) - rest * s;
        }
        all.add(m);
    }
};

}  // namespace stylegan::ops

#include <stylegan/device/gcc_unroll_end.hpp>
