// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/blocked_maps.hpp>
#include <stylegan/ops/winograd_tiles.hpp>

#if defined(__CUDACC__)  // nvcc's own parser does not know `#pragma GCC unroll`; g++, to which it hands this on, does
#pragma nv_diagnostic push
#pragma nv_diag_suppress 1675
#endif

namespace stylegan::ops::winograd {

/// Where transformed tiles lie: value (point, tile, channel) at
/// point * point_step + channel / lanes * block_step + tile * lanes + channel % lanes. So a block's transform and the products,
/// tile after tile, go through memory in order.
struct BlockedSpectrum {
    Index tiles, block_step, point_step;

    BlockedSpectrum(Index count, Index channels)
        : tiles(count),
          block_step(odd_lines(count * lanes)),
          point_step(odd_lines((channels + lanes - 1) / lanes * block_step)) {}
};

/// Transforms the tiles of a region of one picture, one block of channels of them, styled on reading. What lies outside of the
/// picture is zero after styling, not before.
/// @param v  values of the region's first tile, as `to` says
template <class Form>
void transform_styled_tiles(const StyledMaps& x, const Region& region, Index block, const BlockedSpectrum& to,
                            float* v) {
    constexpr int reach = Form::reach, points = Form::points, step = Form::step, kept = reach - step;
    constexpr Index together = 4;  // tiles whose pixels, transformed along columns, stay in the first-level cache
    constexpr Index soon = 12;     // pixels from those that are asked for to those that are read
    const BlockedMaps<const float>& maps = x.maps;
    const Index x0 = region.column * step - 1, apart = to.point_step;
    const float* const means = x.mean_of(region.picture, block);  // outside of the picture, the mean less itself
    const Vector mean = load<Vector>(means), factor = load<Vector>(x.factor_of(region.picture, block));
    const Vector shift = load<Vector>(x.shift_of(region.picture, block));
    alignas(64) float columns[(together * step + kept) * points * lanes];  // pixels transformed along columns

    for (Index row = 0; row < region.rows; ++row) {
        const float* line[reach];
        Index pixel[reach];
        Vector shifts[reach];
        for (int i = 0; i < reach; ++i) {
            const Index y = (region.row + row) * step - 1 + i;
            const bool exists = y >= 0 && y < maps.height;
            line[i] = exists ? maps.row(region.picture, block, y) + x0 * lanes : means;
            pixel[i] = exists ? lanes : 0;
            shifts[i] = exists ? shift : Vector{};
        }
        const auto column = [&](Index k, float* at) {
            Vector t[points] = {};
            if (x0 + k >= 0 && x0 + k < maps.width) {
#pragma GCC unroll 16
                for (int i = 0; i < reach; ++i) __builtin_prefetch(line[i] + (k + soon) * pixel[i], 0, 3);
                Vector d[reach];
#pragma GCC unroll 16
                for (int i = 0; i < reach; ++i)
                    d[i] = (load<Vector>(line[i] + k * pixel[i]) - mean) * factor + shifts[i];
                Form::input(d, t);
            }
#pragma GCC unroll 16
            for (int i = 0; i < points; ++i) store(at + i * lanes, t[i]);
        };
        for (Index k = 0; k < kept; ++k) column(k, columns + k * points * lanes);
        float* tile = v + block * to.block_step + row * region.columns * lanes;
        for (Index first = 0; first < region.columns; first += together) {
            const Index count = std::min(together, region.columns - first);
            for (Index k = 0; k < count * step; ++k)
                column(first * step + kept + k, columns + (kept + k) * points * lanes);
            for (Index c = 0; c < count; ++c, tile += lanes)
                for (Index i = 0; i < points; ++i) {
                    Vector d[reach], t[points];
#pragma GCC unroll 16
                    for (int j = 0; j < reach; ++j)
                        d[j] = load<Vector>(columns + ((c * step + j) * points + i) * lanes);
                    Form::input(d, t);
#pragma GCC unroll 16
                    for (int j = 0; j < points; ++j) store(tile + (i * points + j) * apart, t[j]);
                }
            std::copy_n(columns + count * step * points * lanes, kept * points * lanes, columns);
        }
    }
}

}  // namespace stylegan::ops::winograd

#if defined(__CUDACC__)
#pragma nv_diagnostic pop
#endif
