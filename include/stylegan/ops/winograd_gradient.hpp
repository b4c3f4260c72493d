// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/kernel_matrix.hpp>
#include <stylegan/ops/winograd_tiles.hpp>

#include <algorithm>

#if defined(__CUDACC__)  // nvcc's own parser does not know `#pragma GCC unroll`; g++, to which it hands this on, does
#pragma nv_diagnostic push
#pragma nv_diag_suppress 1675
#endif

namespace stylegan::ops::winograd {

/// A batch's tiles, cut into regions of about `most` tiles.
struct Regions {
    Index batch, tile_rows, tile_columns;  ///< tiles of a picture
    Index pictures, rows, columns;         ///< of a region
    Index down, across;                    ///< regions of a picture

    Regions(Index n, Index height, Index width, Index tile, Index most)
        : batch(n), tile_rows((height + tile - 1) / tile), tile_columns((width + tile - 1) / tile) {
        constexpr Index widest = 32;  // longer rows of pixels would not stay in the first-level cache
        const auto equal = [](Index all, Index part) {
            const Index parts = (all + part - 1) / part;
            return (all + parts - 1) / parts;
        };
        const bool whole = most >= tile_rows * tile_columns;
        pictures = whole ? std::clamp<Index>(most / (tile_rows * tile_columns), 1, std::max<Index>(n, 1)) : 1;
        columns = whole ? tile_columns : equal(tile_columns, std::clamp<Index>(most, 1, widest));
        rows = whole ? tile_rows : equal(tile_rows, std::clamp<Index>(most / columns, 1, tile_rows));
        down = (tile_rows + rows - 1) / rows;
        across = (tile_columns + columns - 1) / columns;
    }

    [[nodiscard]] Index count() const { return (batch + pictures - 1) / pictures * down * across; }
    [[nodiscard]] Index most() const { return pictures * rows * columns; }

    [[nodiscard]] Region operator()(Index item) const {
        const Index n = item / (down * across) * pictures, row = item / across % down * rows,
                    column = item % across * columns;
        return {n,      std::min(pictures, batch - n),           row, std::min(rows, tile_rows - row),
                column, std::min(columns, tile_columns - column)};
    }
};

/// dw += factor * G^T e G, where G is the matrix that transforms Form's kernels.
/// @param e  (weights^2, I, ld), the first `step` values apart
/// @param dw (3, 3, I, O)
template <class Form>
void add_kernel_gradient(Context<Cpu>& c, const float* e, Index step, Index ld, bool turned, float factor,
                         View<float, 4> dw) {
    constexpr int weights = Form::weights;
    const Index inputs = dw.extent(2), outputs = dw.extent(3);
    c.parallel_for(inputs, [&](Index i) {
        for (Index o = 0; o < outputs; o += lanes) {
            Vector columns[3][weights];
#pragma GCC unroll 16
            for (int s = 0; s < weights; ++s) {
                Vector d[weights], g[3];
#pragma GCC unroll 16
                for (int r = 0; r < weights; ++r) d[r] = load<Vector>(e + (r * weights + s) * step + i * ld + o);
                Form::kernel_transposed(d, g);
#pragma GCC unroll 4
                for (int k = 0; k < 3; ++k) columns[k][s] = g[k];
            }
            const Index count = std::min<Index>(lanes, outputs - o);
            for (int ky = 0; ky < 3; ++ky) {
                Vector g[3];
                Form::kernel_transposed(columns[ky], g);
                for (int kx = 0; kx < 3; ++kx) {
                    const Index tap = turned ? 8 - (ky * 3 + kx) : ky * 3 + kx;
                    float* const to = dw.data + (tap * inputs + i) * outputs + o;
                    float sum[lanes];
                    store(sum, factor * g[kx]);
                    for (Index k = 0; k < count; ++k) to[k] += sum[k];
                }
            }
        }
    });
}

/// dw += factor * gradient of a correlation with respect to its weight: what correlation_gradient() computes, with the same
/// arguments, and Form the one of the grid `same` or, for both other grids, of the grid `down`.
///
///     e[weight] = sum over its products q and all tiles of  (B moved)[point of q] (A^T fixed)[q]
///
/// The batch is cut into slices of tiles, one after the other, whose size depends on the shapes alone, because their sums are
/// added up.
template <class Form>
void correlation_gradient(Context<Cpu>& c, KernelReading reading, Maps<const float> moved, Maps<const float> fixed,
                          float factor, View<float, 4> dw) {
    if (moved.size() == 0 || fixed.size() == 0) return;
    constexpr Index points = Index{Form::points} * Form::points, products = Index{Form::products} * Form::products;
    const Index moved_channels = moved.extent(1), fixed_channels = fixed.extent(1);
    // so many tiles that to add the sums up costs less than to compute them, and at least some MiB of them
    const Index tile = points * odd_lines(moved_channels) + products * odd_lines(fixed_channels);
    const Index most =
        std::max(moved_channels * fixed_channels / (moved_channels + fixed_channels), (Index{1} << 21) / tile);
    const Regions regions(fixed.extent(0), fixed.extent(2), fixed.extent(3), Form::size, std::max<Index>(most, 1));
    const Spectrum m = Spectrum::in_rows(regions.most(), moved_channels),
                   f = Spectrum::in_rows(regions.most(), fixed_channels);
    const Index m_blocks = (moved_channels + lanes - 1) / lanes, f_blocks = (fixed_channels + lanes - 1) / lanes;
    const bool moved_left = !reading.transposed;
    const Index inputs = dw.extent(2), outputs = dw.extent(3);
    const Index strips = (inputs + gemm::rows - 1) / gemm::rows;  // of the rows of e
    const Index ld = (outputs + lanes - 1) / lanes * lanes, panels = (ld + gemm::panel - 1) / gemm::panel;
    const Index step = odd_lines(strips * gemm::rows * ld);

    const Workspace::Frame frame(c.workspace());
    float* const ms = c.workspace().take<float>(points * m.point_step);
    float* const fs = c.workspace().take<float>(products * f.point_step);
    float* const e = c.workspace().take<float>(Form::weights * Form::weights * step);
    for (Index slice = 0; slice < regions.count(); ++slice) {
        const Region region = regions(slice);
        const Index blocks = m_blocks + f_blocks, picture = region.rows * region.columns;
        c.parallel_for(region.pictures * blocks, [&](Index item) {
            Region one = region;
            one.picture += item / blocks;
            one.pictures = 1;
            const Index b = item % blocks, t = item / blocks * picture;
            if (b < m_blocks)
                transform_tiles<InputTiles<Form>>(moved, one, b, m, ms + t * m.tile_step);
            else
                transform_tiles<ResultTiles<Form>>(fixed, one, b - m_blocks, f, fs + t * f.tile_step);
        });
        // one weight, one panel of columns; the products of a weight are a rectangle of points
        c.parallel_for(Form::weights * Form::weights * panels, [&](Index item) {
            const Index wy = item / panels / Form::weights, wx = item / panels % Form::weights,
                        column = item % panels * gemm::panel;
            const auto repeats = [](Index w) { return w + 1 < Form::weights ? 1 : Form::products - w; };
            const Index point = wy * Form::points + wx;
            const gemm::Walk::Steps m_steps{Form::points * m.point_step, m.point_step, m.tile_step};
            const gemm::Walk::Steps f_steps{Form::products * f.point_step, f.point_step, f.tile_step};
            const gemm::Walk walk{repeats(wy), repeats(wx), region.tiles(), moved_left ? m_steps : f_steps,
                                  moved_left ? f_steps : m_steps};
            const float* const at_m = ms + point * m.point_step;
            const float* const at_f = fs + point * f.point_step;
            for (Index strip = 0; strip < strips; ++strip)
                gemm::accumulate(std::min(gemm::panel, ld - column), (moved_left ? at_m : at_f) + strip * gemm::rows,
                                 (moved_left ? at_f : at_m) + column, walk, slice > 0,
                                 e + item / panels * step + strip * gemm::rows * ld + column, ld);
        });
    }
    add_kernel_gradient<Form>(c, e, step, ld, reading.turned, factor, dw);
}

}  // namespace stylegan::ops::winograd

#if defined(__CUDACC__)
#pragma nv_diagnostic pop
#endif
