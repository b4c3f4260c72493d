// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/eigen.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>

#include <algorithm>

/// The kernel set Kernels::eigen: every op of the CPU in Eigen, with gradients and tangents.
///
/// Eigen's own loops over an array of any length process single values up to an aligned address, so the order of a sum,
/// and which products are fused with their sums, depend on the address. Here all arrays have the same length, sixteen
/// values, and the rest of an array is padded to it: a value is computed by the same instructions wherever it is
/// stored.
namespace stylegan::ops::eigen {

/// Values processed together: whole registers on every machine.
template <class S>
using Block = Eigen::Array<S, 16, 1>;
inline constexpr Index block_size = 16;

/// The n values at p, fewer than a block has, padded with `rest`. Not inlined, like the next function: partial blocks
/// are rare, and their code would be in every loop.
template <class S>
[[nodiscard, gnu::noinline]] Block<S> load_part(const S* p, Index n, S rest) {
    Block<S> b = Block<S>::Constant(rest);
    for (Index i = 0; i < n; ++i) b[i] = p[i];
    return b;
}
template <class S>
[[gnu::noinline]] void store_part(const Block<S>& b, Index n, S* p) {
    for (Index i = 0; i < n; ++i) p[i] = b[i];
}

/// The n values at p, padded with `rest`.
template <class S>
[[nodiscard]] inline Block<S> load_block(const S* p, Index n, S rest = S(0)) {
    if (n != block_size) return load_part(p, n, rest);
    return Eigen::Map<const Block<S>>(p);
}

/// Writes the first n values.
template <class S>
inline void store_block(const Block<S>& b, Index n, S* p) {
    if (n != block_size) return store_part(b, n, p);
    Eigen::Map<Block<S>> to(p);
    to = b;
}

/// The sum of the first n values.
template <class S>
[[nodiscard]] inline S sum_of_block(const Block<S>& b, Index n) {
    if (n == block_size) return b.sum();
    S sum = 0;
    for (Index i = 0; i < n; ++i) sum += b[i];
    return sum;
}

/// Calls f(i, n) for blocks [i, i + n) of `count` values; only the last may have fewer than a whole block.
template <class F>
inline void for_each_block(Index count, const F& f) {
    for (Index i = 0; i < count; i += block_size) f(i, std::min(block_size, count - i));
}

/// out = f(in...) for `count` values; f takes blocks and returns an array expression. An output may be one of the
/// inputs.
template <class S, class F, class... In>
inline void assign(Index count, S* out, const F& f, const In*... in) {
    for_each_block(count, [&](Index i, Index n) { store_block<S>(f(load_block(in + i, n)...), n, out + i); });
}

template <int K>
using Sums = Eigen::Array<double, K, 1>;

/// Values that are summed in S before their sum is added in double.
inline constexpr Index stretch = 4096;

/// K sums over `count` values; f(sum, i, n) adds the terms of block [i, i + n) to the blocks sum[0] ... sum[K - 1].
template <int K, class S, class F>
[[nodiscard]] inline Sums<K> sums_of_blocks(Index count, const F& f) {
    Sums<K> total = Sums<K>::Zero();
    for (Index begin = 0; begin < count; begin += stretch) {
        Block<S> sum[K];
        for (Block<S>& s : sum) s.setZero();
        for_each_block(std::min(stretch, count - begin), [&](Index i, Index n) { f(sum, begin + i, n); });
        for (int k = 0; k < K; ++k) total[k] += static_cast<double>(sum[k].sum());
    }
    return total;
}

/// K sums over `count` values: f(sum, in...) adds to sum[0] ... sum[K - 1], and nothing where all of `in` is 0.
template <int K, class S, class F, class... In>
[[nodiscard]] inline Sums<K> sums(Index count, const F& f, const S* first, const In*... in) {
    return sums_of_blocks<K, S>(
        count, [&](Block<S>* sum, Index i, Index n) { f(sum, load_block(first + i, n), load_block(in + i, n)...); });
}

/// Both at once: out = f(sum, in...), where f also adds to the sums.
template <int K, class S, class F, class... In>
[[nodiscard]] inline Sums<K> assign_and_sum(Index count, S* out, const F& f, const In*... in) {
    return sums_of_blocks<K, S>(
        count, [&](Block<S>* sum, Index i, Index n) { store_block<S>(f(sum, load_block(in + i, n)...), n, out + i); });
}

/// Whether the context selects the kernels of this folder.
template <class S>
[[nodiscard]] inline bool chosen(const Context<BasicCpu<S>>& c) {
    return c.kernels() == Kernels::eigen;
}

}  // namespace stylegan::ops::eigen
