// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution/kernel_reading.hpp>
#include <stylegan/ops/vector/scratch.hpp>
#include <stylegan/ops/winograd/tiles.hpp>

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

/// The sums e of correlation_gradient(): a matrix (I, O) for each weight, in panels of columns, so that what is summed at a
/// time is one stretch of memory.
template <class Form>
struct GradientSums {
    /// Rows that are summed together: whole blocks of channels, or whole parts of one.
    static constexpr int strip = gemm::lanes % gemm::rows == 0 || gemm::rows % gemm::lanes == 0 ? gemm::rows : 4;

    Index strips, panels;
    Index step;  ///< values from one weight to the next

    GradientSums(Index inputs, Index outputs)
        : strips((inputs + strip - 1) / strip),
          panels((outputs + gemm::panel - 1) / gemm::panel),
          step(odd_lines(panels * strips * strip * gemm::panel)) {}

    [[nodiscard]] Index size() const { return Form::weights * Form::weights * step; }
    /// Where panel `panel` of row `row` begins.
    [[nodiscard]] Index at(Index weight, Index panel, Index row) const {
        return weight * step + (panel * strips * strip + row) * gemm::panel;
    }
};

/// dw += factor * G^T e G, where G is the matrix that transforms Form's kernels.
/// @param e  as `sums` says, `parts` of them, which are added up
/// @param dw (3, 3, I, O)
template <class Form>
void add_kernel_gradient(Context<Cpu>& c, const float* e, Index parts, const GradientSums<Form>& sums, bool turned,
                         float factor, View<float, 4> dw) {
    constexpr int weights = Form::weights;
    const Index inputs = dw.extent(2), outputs = dw.extent(3);
    c.parallel_for(inputs, [&](Index i) {
        for (Index o = 0; o < outputs; o += lanes) {
            Vector columns[3][weights];
#pragma GCC unroll 16
            for (int s = 0; s < weights; ++s) {
                Vector d[weights], g[3];
#pragma GCC unroll 16
                for (int r = 0; r < weights; ++r) {
                    const float* const from = e + sums.at(r * weights + s, o / gemm::panel, i) + o % gemm::panel;
                    d[r] = load<Vector>(from);
                    for (Index part = 1; part < parts; ++part) d[r] += load<Vector>(from + part * sums.size());
                }
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
/// Where e is small, the batch is cut into parts that each thread does alone, region by region, in its second-level cache, with
/// sums of their own; else into slices of tiles, one after the other, whose sums threads share. Both cuts depend on the shapes
/// alone, because the sums are added up.
template <class Form>
void correlation_gradient(Context<Cpu>& c, KernelReading reading, Maps<const float> moved, Maps<const float> fixed,
                          float factor, View<float, 4> dw) {
    if (moved.size() == 0 || fixed.size() == 0) return;
    constexpr Index points = Index{Form::points} * Form::points, products = Index{Form::products} * Form::products;
    constexpr Index cached = Index{1} << (vector_bytes == 64 ? 18 : 17);  // values, in half of the second-level cache
    using Sums = GradientSums<Form>;
    const Index inputs = dw.extent(2), outputs = dw.extent(3);
    const Sums sums(inputs, outputs);
    const bool alone = sums.size() <= cached;
    const auto filled = [](Index channels) { return (channels + Sums::strip - 1) / Sums::strip * Sums::strip; };
    const Index moved_channels = filled(moved.extent(1)), fixed_channels = filled(fixed.extent(1));
    const Index tile = points * moved_channels + products * fixed_channels;
    // a slice has so many tiles that to add the sums up costs less than to compute them, and at least some MiB of them
    const Index slice = std::max(inputs * outputs / (inputs + outputs), (Index{1} << 21) / tile);
    const Regions regions(fixed.extent(0), fixed.extent(2), fixed.extent(3), Form::size,
                          std::max<Index>(alone ? cached / tile : slice, 1));
    const Spectrum m(regions.most(), moved_channels), f(regions.most(), fixed_channels);
    const Index m_size = points * m.point_step, f_size = products * f.point_step;
    const Index m_blocks = (moved.extent(1) + lanes - 1) / lanes, f_blocks = (fixed.extent(1) + lanes - 1) / lanes;
    const bool moved_left = !reading.transposed;
    const gemm::Walk::Steps m_steps{Form::points * m.point_step, m.point_step, lanes, m.block_step};
    const gemm::Walk::Steps f_steps{Form::products * f.point_step, f.point_step, lanes, f.block_step};

    const auto transform = [&](const Region& region, Index block, float* ms, float* fs) {
        if (block < m_blocks)
            transform_tiles<InputTiles<Form>>(moved, region, block, m, ms);
        else
            transform_tiles<ResultTiles<Form>>(fixed, region, block - m_blocks, f, fs);
    };
    // one weight, one panel of columns; the products of a weight are a rectangle of points
    const auto add_products = [&](Index item, Index tiles, const float* ms, const float* fs, bool add, float* e) {
        const Index weight = item / sums.panels, panel = item % sums.panels, column = panel * gemm::panel;
        const Index wy = weight / Form::weights, wx = weight % Form::weights;
        const auto repeats = [](Index w) { return w + 1 < Form::weights ? 1 : Form::products - w; };
        const gemm::Walk walk{repeats(wy), repeats(wx), tiles, moved_left ? m_steps : f_steps,
                              moved_left ? f_steps : m_steps};
        const float* const at_m = ms + (wy * Form::points + wx) * m.point_step;
        const float* const at_f = fs + (wy * Form::products + wx) * f.point_step;
        const float *const left = moved_left ? at_m : at_f, *const right = moved_left ? at_f : at_m;
        for (Index row = 0; row < inputs; row += Sums::strip)
            gemm::accumulate<Sums::strip>(
                std::min(gemm::panel, outputs - column), left + row / lanes * walk.a.block + row % lanes,
                right + column / lanes * walk.b.block, walk, add, e + sums.at(weight, panel, row), gemm::panel);
    };
    const Index blocks = m_blocks + f_blocks, items = Form::weights * Form::weights * sums.panels;
    const Workspace::Frame frame(c.workspace());

    if (alone) {
        constexpr Index most_parts = 8;
        const Index parts = std::min(most_parts, regions.count());
        float* const e = c.workspace().take<float>(parts * sums.size());
        parallel_for_with_scratch(c, parts, m_size + f_size, [&](Index part, float* ms) {
            const Index first = regions.count() * part / parts, last = regions.count() * (part + 1) / parts;
            float *const fs = ms + m_size, *const to = e + part * sums.size();
            for (Index r = first; r < last; ++r) {
                const Region region = regions(r);
                for (Index block = 0; block < blocks; ++block) transform(region, block, ms, fs);
                for (Index item = 0; item < items; ++item) add_products(item, region.tiles(), ms, fs, r > first, to);
            }
        });
        return add_kernel_gradient<Form>(c, e, parts, sums, reading.turned, factor, dw);
    }

    float* const ms = c.workspace().take<float>(m_size);
    float* const fs = c.workspace().take<float>(f_size);
    float* const e = c.workspace().take<float>(sums.size());
    for (Index r = 0; r < regions.count(); ++r) {
        const Region region = regions(r);
        c.parallel_for(region.pictures * blocks, [&](Index item) {
            Region one = region;
            one.picture += item / blocks;
            one.pictures = 1;
            const Index before = item / blocks * region.rows * region.columns * lanes;
            transform(one, item % blocks, ms + before, fs + before);
        });
        c.parallel_for(items, [&](Index item) { add_products(item, region.tiles(), ms, fs, r > 0, e); });
    }
    add_kernel_gradient<Form>(c, e, 1, sums, reading.turned, factor, dw);
}

}  // namespace stylegan::ops::winograd

#if defined(__CUDACC__)
#pragma nv_diagnostic pop
#endif
