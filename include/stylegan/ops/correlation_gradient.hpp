// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/channels_last.hpp>
#include <stylegan/ops/convolution_grid.hpp>
#include <stylegan/ops/gemm.hpp>
#include <stylegan/ops/kernel_matrix.hpp>

#include <algorithm>

namespace stylegan::ops {

/// How correlation_gradient() cuts its work: into slices, one after the other, of several pictures or some rows of one, whose
/// copies stay in the second-level cache; and these into blocks, of which every tap is done while they are in the first.
/// The sizes depend on the shapes alone, because the sums of the blocks are added up.
struct CorrelationGradientPlan {
    struct Part {
        Index pictures, rows;  ///< in positions; rows of each picture
    };
    Part slice, block;
    ChannelsLast moved, fixed;  ///< layouts of the copies

    /// @param moved_left whether `moved` is the left operand of the products, read value by value
    CorrelationGradientPlan(const GridGeometry& g, Index moved_channels, Index fixed_channels, bool moved_left,
                            Index batch, Index height, Index width) {
        constexpr Index slice_values = Index{1} << 18, block_pixels = 128;
        const auto layout = [](Index pixels, Index channels, bool left) {
            // pixels an odd number of cache lines apart spread over the whole first-level cache
            constexpr Index line = 16;
            const Index of = left ? gemm::rows : gemm::lanes, filled = (channels + of - 1) / of * of;
            return ChannelsLast{pixels, filled, ((filled + line - 1) / line | 1) * line};
        };
        const auto equal = [](Index n, Index most) {  // the size of equal parts of n, each at most `most`
            most = std::clamp<Index>(most, 1, n);
            const Index parts = (n + most - 1) / most;
            return (n + parts - 1) / parts;
        };
        moved = layout(g.read(width), moved_channels, moved_left);
        fixed = layout(width, fixed_channels, !moved_left);
        const Index picture = g.read(height) * moved.row() + height * fixed.row();
        slice.pictures = equal(batch, slice_values / picture);
        slice.rows =
            picture <= slice_values
                ? height
                : equal(height, (slice_values - g.reach * moved.row()) / (g.stride * moved.row() + fixed.row()));
        block.pictures = equal(slice.pictures, block_pixels / (slice.rows * width));
        block.rows = equal(slice.rows, block_pixels / width);
    }
};

/// dw += factor * gradient of a correlation with respect to its weight.
///
/// One of the two pictures is read at every tap (`moved`: x, or dy where the correlation went up), the other one once
/// (`fixed`). For each tap the products of all pairs of channels are summed over all positions,
///
///     e[r,s,i,o] = sum over n, Y, X of  moved[n,.,stride Y + r - border,stride X + s - border] fixed[n,.,Y,X]
///
/// and the taps of the 4x4 kernel are given back to the 3x3 taps that they are sums of.
///
/// @param reading  turned: the kernel was; transposed: `moved` has the O channels of dw and `fixed` the I channels
/// @param dw       (K, K, I, O)
inline void correlation_gradient(Context<Cpu>& c, KernelReading reading, Maps<const float> moved,
                                 Maps<const float> fixed, float factor, View<float, 4> dw) {
    if (moved.size() == 0 || fixed.size() == 0) return;
    const Index size = dw.extent(0), inputs = dw.extent(2), outputs = dw.extent(3);
    const GridGeometry g(reading.grid == Grid::same ? Grid::same : Grid::down, size);
    const Index batch = fixed.extent(0), height = fixed.extent(2), width = fixed.extent(3), taps = g.taps;
    const bool moved_left = !reading.transposed;
    const CorrelationGradientPlan plan(g, moved.extent(1), fixed.extent(1), moved_left, batch, height, width);
    const ChannelsLast m = plan.moved, f = plan.fixed;
    const Index m_picture = g.read(plan.slice.rows) * m.row(), f_picture = plan.slice.rows * f.row();
    const Index rows = (moved_left ? m : f).channels, columns = (moved_left ? f : m).channels;  // of e, filled up
    const Index tiles = rows / gemm::rows, panels = (columns + gemm::panel - 1) / gemm::panel;
    const gemm::Walk::Steps m_steps{m_picture, g.stride * m.row(), g.stride * m.pitch};
    const gemm::Walk::Steps f_steps{f_picture, f.row(), f.pitch};

    const Workspace::Frame frame(c.workspace());
    float* const ms = c.workspace().take<float>(plan.slice.pictures * m_picture);
    float* const fs = c.workspace().take<float>(plan.slice.pictures * f_picture);
    float* const e = c.workspace().take<float>(taps * taps * rows * columns);  // (taps, taps, rows, columns)

    for (Index n0 = 0; n0 < batch; n0 += plan.slice.pictures)
        for (Index y0 = 0; y0 < height; y0 += plan.slice.rows) {
            const Index pictures = std::min(plan.slice.pictures, batch - n0),
                        lines = std::min(plan.slice.rows, height - y0);
            const Index m_lines = g.read(lines), m_items = (m_lines + 7) / 8, items = m_items + (lines + 7) / 8;
            c.parallel_for(pictures * items, [&](Index item) {  // eight rows of one picture
                const Index n = item / items, k = item % items, y = 8 * (k < m_items ? k : k - m_items);
                if (k < m_items)
                    copy_channels_last(picture_of(moved, n0 + n), y0 * g.stride - g.border + y,
                                       std::min<Index>(8, m_lines - y), g.border, m, ms + n * m_picture + y * m.row());
                else
                    copy_channels_last(picture_of(fixed, n0 + n), y0 + y, std::min<Index>(8, lines - y), 0, f,
                                       fs + n * f_picture + y * f.row());
            });
            const bool first = n0 == 0 && y0 == 0;
            c.parallel_for(panels * tiles * taps, [&](Index item) {  // one tile of channels, one row of taps
                const Index r = item % taps, row = item / taps % tiles * gemm::rows,
                            column = item / taps / tiles * gemm::panel;
                for (Index n = 0; n < pictures; n += plan.block.pictures)
                    for (Index y = 0; y < lines; y += plan.block.rows)
                        for (Index s = 0; s < taps; ++s) {
                            const float* const at_m = ms + n * m_picture + (y * g.stride + r) * m.row() + s * m.pitch;
                            const float* const at_f = fs + n * f_picture + y * f.row();
                            const gemm::Walk walk{std::min(plan.block.pictures, pictures - n),
                                                  std::min(plan.block.rows, lines - y), width,
                                                  moved_left ? m_steps : f_steps, moved_left ? f_steps : m_steps};
                            gemm::accumulate<gemm::rows>(
                                std::min(gemm::panel, columns - column), (moved_left ? at_m : at_f) + row,
                                (moved_left ? at_f : at_m) + column, walk, !first || n > 0 || y > 0,
                                e + ((r * taps + s) * rows + row) * columns + column, columns);
                        }
            });
        }

    c.parallel_for(size * size * inputs, [&](Index item) {
        const Index ky = item / inputs / size, kx = item / inputs % size, i = item % inputs;
        float* const to = dw.data + item * outputs;
        for (Index r = 0; r < taps; ++r)
            for (Index s = 0; s < taps; ++s)
                if (TapRange(reading, r, size).has(ky) && TapRange(reading, s, size).has(kx)) {
                    const float* const from = e + ((r * taps + s) * rows + i) * columns;
                    for (Index o = 0; o < outputs; ++o) to[o] += factor * from[o];
                }
    });
}

}  // namespace stylegan::ops
