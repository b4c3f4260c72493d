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
        : tiles(count), block_step(count * lanes), point_step(odd_lines((channels + lanes - 1) / lanes * block_step)) {}
};

/// Values of scratch memory that transform_styled_tiles needs for so many columns of tiles.
template <class Form>
[[nodiscard]] Index styled_scratch(Index columns) {
    return ((columns - 1) * Form::step + Form::reach) * Form::points * lanes;
}

/// Transforms the tiles of a region of one picture, one block of channels of them, styled on reading. What lies outside of the
/// picture is zero after styling, not before.
/// @param v  values of the region's first tile, as `to` says
template <class Form>
void transform_styled_tiles(const StyledMaps& x, const Region& region, Index block, const BlockedSpectrum& to, float* v,
                            float* scratch) {
    constexpr int reach = Form::reach, points = Form::points;
    const BlockedMaps<const float>& maps = x.maps;
    const Index x0 = region.column * Form::step - 1, wide = (region.columns - 1) * Form::step + reach;
    const Index left = std::max<Index>(x0, 0), read = std::min(maps.width, x0 + wide) - left;
    const float* const means = x.mean_of(region.picture, block);  // outside of the picture, the mean less itself
    const Vector mean = load<Vector>(means), factor = load<Vector>(x.factor_of(region.picture, block));
    const Vector shift = load<Vector>(x.shift_of(region.picture, block));
    float* const columns = scratch;  // (wide, points, lanes): pixels transformed along columns
    float* const inside = columns + (left - x0) * points * lanes;
    std::fill(columns, inside, 0.0f);
    std::fill(inside + read * points * lanes, columns + wide * points * lanes, 0.0f);

    for (Index row = 0; row < region.rows; ++row) {
        const float* line[reach];
        Index step[reach];
        Vector shifts[reach];
        for (int i = 0; i < reach; ++i) {
            const Index y = (region.row + row) * Form::step - 1 + i;
            const bool exists = y >= 0 && y < maps.height;
            line[i] = exists ? maps.row(region.picture, block, y) + left * lanes : means;
            step[i] = exists ? lanes : 0;
            shifts[i] = exists ? shift : Vector{};
        }
        for (Index k = 0; k < read; ++k) {
            Vector d[reach], t[points];
#pragma GCC unroll 16
            for (int i = 0; i < reach; ++i) d[i] = (load<Vector>(line[i] + k * step[i]) - mean) * factor + shifts[i];
            Form::input(d, t);
#pragma GCC unroll 16
            for (int i = 0; i < points; ++i) store(inside + (k * points + i) * lanes, t[i]);
        }
        float* tile = v + block * to.block_step + row * region.columns * lanes;
        for (Index column = 0; column < region.columns; ++column, tile += lanes)
            for (Index i = 0; i < points; ++i) {
                Vector d[reach], t[points];
#pragma GCC unroll 16
                for (int j = 0; j < reach; ++j)
                    d[j] = load<Vector>(columns + ((column * Form::step + j) * points + i) * lanes);
                Form::input(d, t);
#pragma GCC unroll 16
                for (int j = 0; j < points; ++j) store(tile + (i * points + j) * to.point_step, t[j]);
            }
    }
}

}  // namespace stylegan::ops::winograd

#if defined(__CUDACC__)
#pragma nv_diagnostic pop
#endif
