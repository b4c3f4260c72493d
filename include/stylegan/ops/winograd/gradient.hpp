// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution/kernel_reading.hpp>
#include <stylegan/ops/vector/scratch.hpp>
#include <stylegan/ops/winograd/tiles.hpp>

#include <algorithm>

#include <stylegan/device/gcc_unroll_begin.hpp>

namespace stylegan::ops::winograd {

/// A batch's tiles, cut into regions of about `most` tiles.
struct Regions {
    Index batch, tile_rows, tile_columns;  ///< tiles of a picture
    Index pictures, rows, columns;         ///< of a region
    Index down, across;                    ///< regions of a picture

    Regions(Index n, Index height, Index width, Index tile, Index most)
        : batch(n), tile_rows((height + tile - 1) / tile), tile_columns((width + tile - 1) / tile) {
        constexpr Index widest = 32;  // longer rows of pixels do not fit the L1 cache
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

/// The layout of the sums e of a weight gradient: a matrix (I, O) for each weight, in panels of columns, so that the
/// values summed at the same time are contiguous.
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
    /// The offset of panel `panel` of row `row`.
    [[nodiscard]] Index at(Index weight, Index panel, Index row) const {
        return weight * step + (panel * strips * strip + row) * gemm::panel;
    }
};

/// dw += factor * G^T e G, where G is the matrix that transforms Form's kernels.
/// @param e  `parts` blocks laid out as `sums` says, which are added up
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

/// The gradient of a correlation in its weight: the layout of the transformed tiles of `moved` and `fixed`, and their
/// products.
///
///     e[weight] = sum over its products q and all tiles of  (B moved)[point of q] (A^T fixed)[q]
template <class Form>
struct WeightGradient {
    using Sums = GradientSums<Form>;
    static constexpr Index points = Index{Form::points} * Form::points,
                           products = Index{Form::products} * Form::products;
    /// Values that fit half of the L2 cache.
    static constexpr Index cached = Index{1} << (vector_bytes == 64 ? 18 : 17);

    Maps<const float> moved, fixed;
    Index inputs, outputs;
    Sums sums;
    bool alone;  ///< e is so small that each part of the batch has a copy
    Regions regions;
    Spectrum m, f;  ///< of the transformed tiles of `moved` and `fixed`
    Index m_size, f_size, m_blocks, f_blocks;
    bool moved_left;  ///< `moved` has the input channels
    gemm::Walk::Steps m_steps, f_steps;

    WeightGradient(bool transposed, Maps<const float> moved_maps, Maps<const float> fixed_maps, View<float, 4> dw)
        : moved(moved_maps),
          fixed(fixed_maps),
          inputs(dw.extent(2)),
          outputs(dw.extent(3)),
          sums(inputs, outputs),
          alone(sums.size() <= cached),
          regions(fixed.extent(0), fixed.extent(2), fixed.extent(3), Form::size, tiles_of_a_region()),
          m(regions.most(), filled(moved.extent(1))),
          f(regions.most(), filled(fixed.extent(1))),
          m_size(points * m.point_step),
          f_size(products * f.point_step),
          m_blocks((moved.extent(1) + lanes - 1) / lanes),
          f_blocks((fixed.extent(1) + lanes - 1) / lanes),
          moved_left(!transposed),
          m_steps{Form::points * m.point_step, m.point_step, lanes, m.block_step},
          f_steps{Form::products * f.point_step, f.point_step, lanes, f.block_step} {}

    [[nodiscard]] Index blocks() const { return m_blocks + f_blocks; }
    /// The items shared by threads: one weight, one panel of columns.
    [[nodiscard]] Index items() const { return Form::weights * Form::weights * sums.panels; }

    void transform(const Region& region, Index block, float* ms, float* fs) const {
        if (block < m_blocks)
            transform_tiles<InputTiles<Form>>(moved, region, block, m, ms);
        else
            transform_tiles<ResultTiles<Form>>(fixed, region, block - m_blocks, f, fs);
    }

    /// e (+)= the products of an item; the products of a weight are a rectangle of points.
    void add_products(Index item, Index tiles, const float* ms, const float* fs, bool add, float* e) const {
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
    }

private:
    static Index filled(Index channels) { return (channels + Sums::strip - 1) / Sums::strip * Sums::strip; }

    /// A slice has so many tiles that adding the sums up costs less than computing them, and at least some MiB of them.
    [[nodiscard]] Index tiles_of_a_region() const {
        const Index tile = points * filled(moved.extent(1)) + products * filled(fixed.extent(1));
        const Index slice = std::max(inputs * outputs / (inputs + outputs), (Index{1} << 21) / tile);
        return std::max<Index>(alone ? cached / tile : slice, 1);
    }
};

/// For a small e: at most eight parts of the batch, each with its own sums, which stay in the L2 cache of its thread.
template <class Form>
void weight_gradient_by_parts(Context<Cpu>& c, const WeightGradient<Form>& g, bool turned, float factor,
                              View<float, 4> dw) {
    constexpr Index most_parts = 8;
    const Workspace::Frame frame(c.workspace());
    const Index parts = std::min(most_parts, g.regions.count());
    float* const e = c.workspace().take<float>(parts * g.sums.size());
    parallel_for_with_scratch(c, parts, g.m_size + g.f_size, [&](Index part, float* ms) {
        const Index first = g.regions.count() * part / parts, last = g.regions.count() * (part + 1) / parts;
        float *const fs = ms + g.m_size, *const to = e + part * g.sums.size();
        for (Index r = first; r < last; ++r) {
            const Region region = g.regions(r);
            for (Index block = 0; block < g.blocks(); ++block) g.transform(region, block, ms, fs);
            for (Index item = 0; item < g.items(); ++item) g.add_products(item, region.tiles(), ms, fs, r > first, to);
        }
    });
    add_kernel_gradient<Form>(c, e, parts, g.sums, turned, factor, dw);
}

/// For a large e: slices of tiles, one after the other; threads share the items.
template <class Form>
void weight_gradient_by_slices(Context<Cpu>& c, const WeightGradient<Form>& g, bool turned, float factor,
                               View<float, 4> dw) {
    const Workspace::Frame frame(c.workspace());
    float* const ms = c.workspace().take<float>(g.m_size);
    float* const fs = c.workspace().take<float>(g.f_size);
    float* const e = c.workspace().take<float>(g.sums.size());
    for (Index r = 0; r < g.regions.count(); ++r) {
        const Region region = g.regions(r);
        c.parallel_for(region.pictures * g.blocks(), [&](Index item) {
            Region one = region;
            one.picture += item / g.blocks();
            one.pictures = 1;
            const Index before = item / g.blocks() * region.rows * region.columns * lanes;
            g.transform(one, item % g.blocks(), ms + before, fs + before);
        });
        c.parallel_for(g.items(), [&](Index item) { g.add_products(item, region.tiles(), ms, fs, r > 0, e); });
    }
    add_kernel_gradient<Form>(c, e, 1, g.sums, turned, factor, dw);
}

/// dw += factor * gradient of a correlation with respect to its weight, as grid_convolution_gradient() says; Form is
/// the one of the grid `same` or, for both other grids, of the grid `down`. The parts depend on the shapes alone,
/// because their sums are added up.
template <class Form>
void correlation_weight_gradient(Context<Cpu>& c, KernelReading reading, Maps<const float> moved,
                                 Maps<const float> fixed, float factor, View<float, 4> dw) {
    if (moved.size() == 0 || fixed.size() == 0) return;
    const WeightGradient<Form> g(reading.transposed, moved, fixed, dw);
    g.alone ? weight_gradient_by_parts(c, g, reading.turned, factor, dw)
            : weight_gradient_by_slices(c, g, reading.turned, factor, dw);
}

}  // namespace stylegan::ops::winograd

#include <stylegan/device/gcc_unroll_end.hpp>
