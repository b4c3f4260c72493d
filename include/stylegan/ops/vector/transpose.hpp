// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>
#include <stylegan/ops/vector/lanes.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

/// Transposition of matrices in single precision, in blocks that fit the registers: converts feature maps between
/// channels first (as they are stored) and channels last (as convolutions read them).
namespace stylegan::ops {

/// a[h] b[h] a[h + 1] b[h + 1] ..., where h is 0 or, for the upper half, L / 2.
template <int L, bool Upper>
[[nodiscard]] inline Lanes<float, L> interleave(Lanes<float, L> a, Lanes<float, L> b) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        constexpr int first = Upper ? L / 2 : 0;
#if defined(__clang__)
        return __builtin_shufflevector(a, b, (first + static_cast<int>(I) / 2 + (I % 2 == 0 ? 0 : L))...);
#else
        return __builtin_shuffle(a, b, Lanes<int, L>{(first + static_cast<int>(I) / 2 + (I % 2 == 0 ? 0 : L))...});
#endif
    }
    (std::make_index_sequence<L>{});
}

/// m[i][j] <-> m[j][i], by interleaving the two halves of the rows log2(L) times.
template <int L>
inline void transpose(Lanes<float, L> (&m)[L]) {
    for (int round = 1; round < L; round *= 2) {
        Lanes<float, L> next[L];
        for (int i = 0; i < L / 2; ++i) {
            next[2 * i] = interleave<L, false>(m[i], m[i + L / 2]);
            next[2 * i + 1] = interleave<L, true>(m[i], m[i + L / 2]);
        }
        for (int i = 0; i < L; ++i) m[i] = next[i];
    }
}

/// to[j * to_step + i] = from[i * from_step + j] for i, j < L
/// @tparam Past  stored past the caches, see stream()
template <int L, bool Past = false>
inline void transpose(const float* from, Index from_step, float* to, Index to_step) {
    Lanes<float, L> m[L];
    for (int i = 0; i < L; ++i) m[i] = load<Lanes<float, L>>(from + i * from_step);
    transpose<L>(m);
    for (int j = 0; j < L; ++j)
        if constexpr (Past)
            stream(to + j * to_step, m[j]);
        else
            store(to + j * to_step, m[j]);
}

/// to[j * to_step + i] = from[i * from_step + j] for i < rows, j < columns
[[gnu::noinline]] inline void transpose(Index rows, Index columns, const float* from, Index from_step, float* to,
                                        Index to_step) {
    Index i = 0;
    const auto bands = [&]<int L>(std::integral_constant<int, L>) {
        for (; i + L <= rows; i += L) {
            Index j = 0;
            for (; j + L <= columns; j += L)
                transpose<L>(from + i * from_step + j, from_step, to + j * to_step + i, to_step);
            if constexpr (L > 4)
                for (; j + 4 <= columns; j += 4)
                    for (int k = 0; k < L; k += 4)
                        transpose<4>(from + (i + k) * from_step + j, from_step, to + j * to_step + i + k, to_step);
            for (; j < columns; ++j)
                for (int k = 0; k < L; ++k) to[j * to_step + i + k] = from[(i + k) * from_step + j];
        }
    };
    if constexpr (vector_width < float >> 4) bands(std::integral_constant<int, vector_width<float>>{});
    bands(std::integral_constant<int, 4>{});
    for (Index j = 0; j < columns; ++j)
        for (Index k = i; k < rows; ++k) to[j * to_step + k] = from[k * from_step + j];
}

}  // namespace stylegan::ops
