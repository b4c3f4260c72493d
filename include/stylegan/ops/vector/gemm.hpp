// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>
#include <stylegan/ops/vector/lanes.hpp>

#include <type_traits>

#include <stylegan/device/gcc_unroll_begin.hpp>

/// The two register tiles of Winograd's forms.
///
/// A tile keeps its sums in registers from the first term to the last. Each sum is taken in the order of its index, one
/// multiply-add after the other, whatever the size of the tile and its position in the matrix: a result depends neither
/// on the number of threads nor on the rest of the batch.
namespace stylegan::ops::gemm {

inline constexpr int lanes = vector_width<float>;

// As many sums as the registers hold: 32 of AVX-512 and NEON, 16 of AVX and SSE.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int rows = 8, vectors = 2;
#else
inline constexpr int rows = 6, vectors = 2;
#endif
inline constexpr Index panel = lanes * vectors;  ///< columns of a tile
using Vector = Lanes<float, lanes>;

inline constexpr int cache_line = 16;  // values

/// Prefetches Count values. The position is fixed: compilers move all prefetches of an unrolled loop to its front,
/// where they stall each other.
template <Index Count>
[[gnu::always_inline]] inline void prefetch_values(const float* p) {
#pragma GCC unroll 8
    for (Index i = 0; i < Count; i += cache_line) __builtin_prefetch(p + i, 0, 3);
    asm volatile("");
}

/// Rows of a in blocks of `lanes` values: value (t, k) is at k / lanes * block + t * lanes + k % lanes.
struct InBlocks {
    Index depth, block;  ///< values of a row; values from one block to the next
};

/// What a product prefetches for the next one: rows of a, and a b, laid out like its own. The hardware prefetches
/// neither: rows change their page with every block of channels, and matrices come from another cache level.
struct Ahead {
    const float *a, *b;
};

/// c[j][t] (+)= sum over k of a[t][k] b[k][j]
/// @param b       (depth, Vectors * lanes)
/// @param c       (Vectors, Rows, lanes), vectors c_step values apart
template <int Rows, int Vectors>
[[gnu::always_inline]] inline void multiply_blocks(const float* a, InBlocks in, const float* b, float* c, Index c_step,
                                                   bool add, Ahead ahead) {
    Vector sum[Rows][Vectors];
#pragma GCC unroll 8
    for (int t = 0; t < Rows; ++t)
#pragma GCC unroll 8
        for (int j = 0; j < Vectors; ++j) sum[t][j] = add ? load<Vector>(c + j * c_step + t * lanes) : Vector{};
    const auto term = [&](int k) {
        Vector v[Vectors];
#pragma GCC unroll 8
        for (int j = 0; j < Vectors; ++j) v[j] = load<Vector>(b + (k * Vectors + j) * lanes);
#pragma GCC unroll 8
        for (int t = 0; t < Rows; ++t)
#pragma GCC unroll 8
            for (int j = 0; j < Vectors; ++j) sum[t][j] = multiply_add(a[t * lanes + k], v[j], sum[t][j]);
    };
    const Index whole = in.depth / lanes;
    for (Index i = 0; i < whole; ++i, a += in.block, b += Vectors * lanes * lanes) {
        if constexpr (Rows < rows) {  // the rest of a region: unrolling would only cost compile time
            for (int k = 0; k < lanes; ++k) term(k);
        } else {
#pragma GCC unroll 16
            for (int k = 0; k < lanes; ++k) {
                const int line = k * Rows / cache_line;  // of Rows * lanes values, spread over lanes terms
                if (k == 0 || line > (k - 1) * Rows / cache_line)
                    prefetch_values<cache_line>(ahead.a + i * in.block + line * cache_line);
                prefetch_values<lanes>(ahead.b + (i * lanes + k) * lanes);
                term(k);
            }
        }
    }
    for (int k = 0; k < in.depth - whole * lanes; ++k) term(k);
#pragma GCC unroll 8
    for (int t = 0; t < Rows; ++t)
#pragma GCC unroll 8
        for (int j = 0; j < Vectors; ++j) store(c + j * c_step + t * lanes, sum[t][j]);
}

/// multiply_blocks() for any number of rows.
/// @param next  factors of the next product, to prefetch
template <int Vectors>
void multiply_blocks(Index count, const float* a, InBlocks in, const float* b, float* c, Index c_step, bool add,
                     Ahead next) {
    Index t = 0;
    for (; t + rows <= count; t += rows) {  // each prefetches a part of the next b
        const Ahead ahead{t + 2 * rows <= count ? a + (t + rows) * lanes : next.a,
                          next.b + t / rows * in.depth * lanes};
        multiply_blocks<rows, Vectors>(a + t * lanes, in, b, c + t * lanes, c_step, add, ahead);
    }
    const auto rest = [&]<int Rows>(std::integral_constant<int, Rows>) {
        for (; t + Rows <= count; t += Rows)
            multiply_blocks<Rows, Vectors>(a + t * lanes, in, b, c + t * lanes, c_step, add, next);
    };
    rest(std::integral_constant<int, 4>{});
    rest(std::integral_constant<int, 2>{});
    rest(std::integral_constant<int, 1>{});
}

/// The same for `columns` <= panel columns, padded to the next multiple of `lanes`, which is also the length of rows of
/// b.
inline void multiply_blocks(Index count, Index columns, const float* a, InBlocks in, const float* b, float* c,
                            Index c_step, bool add, Ahead next) {
    if (columns <= lanes)
        multiply_blocks<1>(count, a, in, b, c, c_step, add, next);
    else
        multiply_blocks<vectors>(count, a, in, b, c, c_step, add, next);
}

/// A loop over pixels of two arrays at the same time: lines of pixels, with the distances of neighbours and of blocks
/// of `lanes` channels in each array.
struct Walk {
    struct Steps {
        Index picture, line, pixel, block = lanes;
    };
    Index pictures, lines, pixels;
    Steps a, b;
};

/// c[t][j] = (add ? c[t][j] : 0) + sum over pixels p of a[p][t] b[p][j]:   Rows channels of a, Vectors * lanes of b
/// @param c (Rows, Vectors * lanes), rows ldc apart
template <int Rows, int Vectors>
void accumulate(const float* a, const float* b, const Walk& walk, bool add, float* c, Index ldc) {
    Vector sum[Rows][Vectors];
#pragma GCC unroll 8
    for (int t = 0; t < Rows; ++t)
#pragma GCC unroll 8
        for (int j = 0; j < Vectors; ++j) sum[t][j] = Vector{};
    for (Index picture = 0; picture < walk.pictures; ++picture)
        for (Index line = 0; line < walk.lines; ++line) {
            const float* pa = a + picture * walk.a.picture + line * walk.a.line;
            const float* pb = b + picture * walk.b.picture + line * walk.b.line;
#pragma GCC unroll 4
            for (Index p = 0; p < walk.pixels; ++p, pa += walk.a.pixel, pb += walk.b.pixel) {
                Vector v[Vectors];
#pragma GCC unroll 8
                for (int j = 0; j < Vectors; ++j) v[j] = load<Vector>(pb + j * walk.b.block);
#pragma GCC unroll 8
                for (int t = 0; t < Rows; ++t)
#pragma GCC unroll 8
                    for (int j = 0; j < Vectors; ++j)
                        sum[t][j] = multiply_add(pa[t / lanes * walk.a.block + t % lanes], v[j], sum[t][j]);
            }
        }
#pragma GCC unroll 8
    for (int t = 0; t < Rows; ++t)
#pragma GCC unroll 8
        for (int j = 0; j < Vectors; ++j) {
            float* const to = c + t * ldc + j * lanes;
            store(to, add ? load<Vector>(to) + sum[t][j] : sum[t][j]);
        }
}

/// The same for `columns` <= panel channels of b, rounded up to the next multiple of `lanes`.
template <int Rows>
void accumulate(Index columns, const float* a, const float* b, const Walk& walk, bool add, float* c, Index ldc) {
    if (columns <= lanes)
        accumulate<Rows, 1>(a, b, walk, add, c, ldc);
    else
        accumulate<Rows, vectors>(a, b, walk, add, c, ldc);
}

}  // namespace stylegan::ops::gemm

#include <stylegan/device/gcc_unroll_end.hpp>
