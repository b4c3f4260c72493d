// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/eigen.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

/// The kernel set Kernels::eigen: every op of the CPU in the words of Eigen, forward, gradients and tangents.
///
/// Eigen's own loops over an array of any length begin with single values up to an aligned address, so that the order of a sum, and
/// which products are fused with their sums, depend on where an array lies. Here all arrays have one length, sixteen values, and
/// what is left at an end is filled up to it: a value is computed by the same instructions wherever it stands.
namespace stylegan::ops::eigen {

/// Values that are calculated with together: whole registers of every machine.
template <class S>
using Block = Eigen::Array<S, 16, 1>;
inline constexpr Index block_size = 16;

/// The block that begins at p.
template <class S>
[[nodiscard]] inline Eigen::Map<const Block<S>> block_at(const S* p) {
    return Eigen::Map<const Block<S>>(p);
}
template <class S>
[[nodiscard]] inline Eigen::Map<Block<S>> block_at(S* p) {
    return Eigen::Map<Block<S>>(p);
}

/// `count` values, fewer than a block has, filled up with `rest`.
template <class S>
[[nodiscard]] inline Block<S> part_of_block(const S* p, Index count, S rest = S(0)) {
    Block<S> b = Block<S>::Constant(rest);
    for (Index i = 0; i < count; ++i) b[i] = p[i];
    return b;
}

template <class S>
inline void store_part(const Block<S>& b, Index count, S* p) {
    for (Index i = 0; i < count; ++i) p[i] = b[i];
}

/// Calls f(i, n) for blocks [i, i + n) of `count` values; only the last may have fewer than a whole block.
template <class F>
inline void for_each_block(Index count, const F& f) {
    for (Index i = 0; i < count; i += block_size) f(i, std::min(block_size, count - i));
}

/// The block of n values that begins at p, filled up with zeros.
template <class S>
[[nodiscard]] inline Block<S> load_block(const S* p, Index n) {
    return n == block_size ? Block<S>(block_at(p)) : part_of_block(p, n);
}

template <class S>
inline void store_block(const Block<S>& b, Index n, S* p) {
    if (n == block_size)
        block_at(p) = b;
    else
        store_part(b, n, p);
}

/// The sum of the first n values.
template <class S>
[[nodiscard]] inline S sum_of_block(const Block<S>& b, Index n) {
    if (n == block_size) return b.sum();
    S sum = 0;
    for (Index i = 0; i < n; ++i) sum += b[i];
    return sum;
}

/// out = f(in...) for `count` values; f takes arrays and returns an array expression. An output may be one of the inputs.
template <class S, class F, class... In>
inline void assign(Index count, S* out, const F& f, const In*... in) {
    Index i = 0;
    for (; i + block_size <= count; i += block_size) block_at(out + i) = f(block_at(in + i)...);
    if (i < count) {
        const Block<S> last = f(part_of_block(in + i, count - i)...);
        store_part(last, count - i, out + i);
    }
}

template <int K>
using Sums = Eigen::Array<double, K, 1>;

/// Values whose sum is taken in S before it goes on in double.
inline constexpr Index stretch = 4096;

/// K sums over `count` values: f(sum, in...) adds arrays to sum[0] ... sum[K - 1], and nothing where all of `in` is 0.
template <int K, class S, class F, class... In>
[[nodiscard]] inline Sums<K> sums(Index count, const F& f, const S* first, const In*... in) {
    Sums<K> total = Sums<K>::Zero();
    for (Index begin = 0; begin < count; begin += stretch) {
        const Index end = std::min(begin + stretch, count);
        std::array<Block<S>, static_cast<std::size_t>(K)> sum;
        for (auto& s : sum) s.setZero();
        Index i = begin;
        for (; i + block_size <= end; i += block_size) f(sum, block_at(first + i), block_at(in + i)...);
        if (i < end) f(sum, part_of_block(first + i, end - i), part_of_block(in + i, end - i)...);
        for (int k = 0; k < K; ++k) total[k] += static_cast<double>(sum[static_cast<std::size_t>(k)].sum());
    }
    return total;
}

/// The two at once: out = f(sum, in...), which also adds to the sums.
template <int K, class S, class F, class... In>
[[nodiscard]] inline Sums<K> assign_and_sum(Index count, S* out, const F& f, const In*... in) {
    Sums<K> total = Sums<K>::Zero();
    for (Index begin = 0; begin < count; begin += stretch) {
        const Index end = std::min(begin + stretch, count);
        std::array<Block<S>, static_cast<std::size_t>(K)> sum;
        for (auto& s : sum) s.setZero();
        Index i = begin;
        for (; i + block_size <= end; i += block_size) {
            const Block<S> value = f(sum, block_at(in + i)...);
            block_at(out + i) = value;
        }
        if (i < end) {
            const Block<S> value = f(sum, part_of_block(in + i, end - i)...);
            store_part(value, end - i, out + i);
        }
        for (int k = 0; k < K; ++k) total[k] += static_cast<double>(sum[static_cast<std::size_t>(k)].sum());
    }
    return total;
}

/// Whether the ops of this context are those of this folder.
template <class S>
[[nodiscard]] inline bool chosen(const Context<BasicCpu<S>>& c) {
    return c.kernels() == Kernels::eigen;
}

}  // namespace stylegan::ops::eigen
