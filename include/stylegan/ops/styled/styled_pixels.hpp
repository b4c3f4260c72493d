// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/styled/blocked_maps.hpp>
#include <stylegan/ops/winograd/tiles.hpp>

#include <stylegan/device/gcc_unroll_begin.hpp>

namespace stylegan::ops::winograd {

/// Reads feature maps and styles them. Pixels outside of the picture are zero after styling, not before.
struct StyledPixels {
    StyledMaps x;

    [[nodiscard]] Index blocks() const { return x.maps.blocks(); }

    /// Transforms one block of channels of the tiles of a region of one picture.
    /// @param v  values of the region's first tile, laid out as `to` says
    template <class Form>
    void transform(const Region& region, Index block, const Spectrum& to, float* v) const {
        constexpr int reach = Form::reach, step = Form::step;
        constexpr Index soon = 12;  // distance of prefetches in pixels
        const BlockedMaps<const float>& maps = x.maps;
        const float* const means = x.mean_of(region.picture, block);  // read outside of the picture: mean - mean = 0
        const Vector mean = load<Vector>(means), factor = load<Vector>(x.factor_of(region.picture, block));
        const Vector shift = load<Vector>(x.shift_of(region.picture, block));
        for (Index row = 0; row < region.rows; ++row) {
            const float* line[reach];
            Index pixel[reach];
            Vector shifts[reach];
            for (int i = 0; i < reach; ++i) {
                const Index y = (region.row + row) * step - 1 + i;
                const bool exists = y >= 0 && y < maps.height;
                line[i] = exists ? maps.row(region.picture, block, y) : means;
                pixel[i] = exists ? lanes : 0;
                shifts[i] = exists ? shift : Vector{};
            }
            const auto column = [&](Index k, Vector* d) {
#pragma GCC unroll 16
                for (int i = 0; i < reach; ++i) __builtin_prefetch(line[i] + (k + soon) * pixel[i], 0, 3);
#pragma GCC unroll 16
                for (int i = 0; i < reach; ++i)
                    d[i] = (load<Vector>(line[i] + k * pixel[i]) - mean) * factor + shifts[i];
            };
            transform_row<InputTiles<Form>>(region.column * step - 1, region.columns, maps.width, to,
                                            v + block * to.block_step + row * region.columns * lanes, column);
        }
    }
};

}  // namespace stylegan::ops::winograd

#include <stylegan/device/gcc_unroll_end.hpp>
