// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>
#include <stylegan/ops/blocked/maps.hpp>

#include <type_traits>
#include <utility>

#include <stylegan/device/gcc_unroll_begin.hpp>

namespace stylegan::ops::blocked {

// As many sums as the registers hold, see gemm.hpp.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int tile_rows = 8;
#else
inline constexpr int tile_rows = 6;
#endif
inline constexpr int tile_vectors = 2;
inline constexpr Index panel = Index{tile_vectors} * lanes;  ///< output channels of a tile

/// The values of x that belong to a result: runs of Run neighbours. Results that are neighbours read at a distance of
/// `step` values.
/// @tparam Step  the distance, or 0 for one given while running
template <int Run_, Index Step_>
struct Runs {
    static constexpr int run = Run_;
    static constexpr bool fixed = Step_ != 0;

    const Index* offsets;  ///< of each run, from the first value of the result; one more, of what comes next
    Index count;
    Index distance = Step_;

    [[nodiscard]] Index step() const { return fixed ? Step_ : distance; }
};

/// What becomes of the sums: they are stored as they are, or after bias and ReLU.
struct Finish {
    const float* bias = nullptr;  ///< of each channel of the panel
};

/// c[j][t] = sum over runs r and k of  a[t * step + offset[r] + k] * b[r][k][j],  in this order whatever the tile.
/// @param b  (runs, Run, Vectors * lanes)
/// @param c  (Vectors, Rows, lanes), vectors c_step values apart
template <int Rows, int Vectors, class R>
void multiply_tile(const float* a, const R& runs, const float* b, float* c, Index c_step, Finish finish) {
    constexpr int run = R::run;
    const Index step = runs.step();
    Vector sum[Rows][Vectors];
#pragma GCC unroll 16
    for (int t = 0; t < Rows; ++t)
#pragma GCC unroll 4
        for (int j = 0; j < Vectors; ++j) sum[t][j] = Vector{};
    for (Index r = 0; r < runs.count; ++r, b += run * Vectors * lanes) {
        const float* const from = a + runs.offsets[r];
        [[maybe_unused]] const float* const next = a + runs.offsets[r + 1];
#pragma GCC unroll 16
        for (int k = 0; k < run; ++k) {
            if constexpr (run > 1 && Rows > 4) {  // runs are on different pages: the hardware does not prefetch them
                if (k < Rows) {
                    __builtin_prefetch(next + k * step, 0, 3);
                    asm volatile("");
                }
            }
            Vector v[Vectors];
#pragma GCC unroll 4
            for (int j = 0; j < Vectors; ++j) v[j] = load<Vector>(b + (k * Vectors + j) * lanes);
#pragma GCC unroll 16
            for (int t = 0; t < Rows; ++t)
#pragma GCC unroll 4
                for (int j = 0; j < Vectors; ++j) sum[t][j] = multiply_add(from[t * step + k], v[j], sum[t][j]);
        }
    }
#pragma GCC unroll 4
    for (int j = 0; j < Vectors; ++j) {
        Vector shift{};
        if (finish.bias) shift = load<Vector>(finish.bias + j * lanes);
#pragma GCC unroll 16
        for (int t = 0; t < Rows; ++t)
            store(c + j * c_step + t * lanes, finish.bias ? rectified(sum[t][j] + shift) : sum[t][j]);
    }
}

/// multiply_tile() for any number of results, in tiles of nearly equal sizes: small ones leave the multipliers idle.
template <int Vectors, class R>
void multiply_tiles(Index count, const float* a, const R& runs, const float* b, float* c, Index c_step, Finish finish) {
    Index left = (count + tile_rows - 1) / tile_rows;
    for (Index t = 0; t < count; --left) {
        const Index rows = (count - t + left - 1) / left;
        [&]<int... Less>(std::integer_sequence<int, Less...>) {
            const auto tile = [&]<int Rows>(std::integral_constant<int, Rows>) {
                if (rows != Rows) return false;
                multiply_tile<Rows, Vectors>(a + t * runs.step(), runs, b, c + t * lanes, c_step, finish);
                return true;
            };
            (tile(std::integral_constant<int, tile_rows - Less>{}) || ...);
        }
        (std::make_integer_sequence<int, tile_rows>{});
        t += rows;
    }
}

/// The same for a panel of one vector or tile_vectors.
template <class R>
void multiply_tiles(Index vectors, Index count, const float* a, const R& runs, const float* b, float* c, Index c_step,
                    Finish finish) {
    if (vectors == 1)
        multiply_tiles<1>(count, a, runs, b, c, c_step, finish);
    else
        multiply_tiles<tile_vectors>(count, a, runs, b, c, c_step, finish);
}

}  // namespace stylegan::ops::blocked

#include <stylegan/device/gcc_unroll_end.hpp>
