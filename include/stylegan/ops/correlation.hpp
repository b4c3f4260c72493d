// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/channels_last.hpp>
#include <stylegan/ops/convolution_grid.hpp>
#include <stylegan/ops/gemm.hpp>
#include <stylegan/ops/kernel_matrix.hpp>
#include <stylegan/ops/scratch.hpp>

#include <algorithm>
#include <numeric>

namespace stylegan::ops {

/// How correlate() cuts its work. An item is a band, which is several pictures or some rows of one, times a group of
/// output channels. The band is copied channels last into scratch memory that stays in the second-level cache.
/// None of this changes a result: every output value is one sum in one order.
struct CorrelationPlan {
    static constexpr Index strip = std::lcm(gemm::rows, gemm::lanes);  ///< pixels whose results are stored together

    Index pictures, rows;             ///< of a band, in positions
    Index bands, bands_of_a_picture;  ///< of the batch; of a picture (1 if a band has whole pictures)
    Index panels, groups;             ///< of output channels: panels in all, groups that share them
    ChannelsLast layout;
    Index rows_read, tile;  ///< of a picture, for one band; values of the results of a strip

    CorrelationPlan(const GridGeometry& g, Index batch, Index inputs, Index outputs, Index height, Index width,
                    Index threads)
        : layout{g.read(width), inputs, inputs}, tile(g.phases * strip * gemm::panel) {
        constexpr Index budget = Index{1} << 16;  // values of a band
        const Index picture = g.read(height) * layout.row(), items = 4 * threads;
        pictures = 1;
        rows = height;
        if (picture <= budget) {
            pictures = std::clamp<Index>(batch / items, 1, std::max<Index>(budget / picture, 1));
        } else {
            // some rows at least: neighbouring bands both copy the rows where they meet
            rows = std::min(height, std::max((budget / layout.row() - g.reach) / g.stride + 1, 8 / g.stride));
            const Index n = (height + rows - 1) / rows;
            rows = (height + n - 1) / n;
        }
        bands_of_a_picture = (height + rows - 1) / rows;
        bands = (batch + pictures - 1) / pictures * bands_of_a_picture;
        panels = (outputs + gemm::panel - 1) / gemm::panel;
        groups = std::min(panels, (items + bands - 1) / bands);
        rows_read = g.read(rows);
    }

    [[nodiscard]] Index scratch() const { return tile + pictures * rows_read * layout.row(); }
};

/// y = factor * (x correlated with w), at the same, twice or half the resolution, as a product of patches and kernel.
/// A pixel of the band is a row of the left matrix where it stands: no patch is ever copied.
/// @param x (N, I, H, W)
/// @param w what kernel_matrix() made for the same grid
/// @param y (N, O, H', W'), overwritten
inline void correlate(Context<Cpu>& c, const GridGeometry& g, Maps<const float> x, KernelMatrix w, float factor,
                      Maps<float> y) {
    constexpr Index strip = CorrelationPlan::strip;
    const Index batch = x.extent(0), inputs = x.extent(1), outputs = y.extent(1);
    const Index height = y.extent(2) / g.phases, width = y.extent(3) / g.phases, plane = y.extent(2) * y.extent(3);
    if (y.size() == 0) return;
    const CorrelationPlan plan(g, batch, inputs, outputs, height, width, c.threads());
    const Index row = plan.layout.row();
    const gemm::Strided patches{g.taps, g.taps * inputs, row};

    parallel_for_with_scratch(c, plan.bands * plan.groups, plan.scratch(), [&](Index item, float* scratch) {
        const Index band = item / plan.groups, group = item % plan.groups;
        const Index n0 = band / plan.bands_of_a_picture * plan.pictures,
                    first = band % plan.bands_of_a_picture * plan.rows;
        const Index pictures = std::min(plan.pictures, batch - n0), rows = std::min(plan.rows, height - first);
        float* const tile = scratch;  // (phases, strip, gemm::panel)
        float* const copy = scratch + plan.tile;
        for (Index n = 0; n < pictures; ++n)
            copy_channels_last(picture_of(x, n0 + n), first * g.stride - g.border, g.read(rows), g.border, plan.layout,
                               copy + n * plan.rows_read * row);
        const Index pixels = pictures * rows * width;
        for (Index p = plan.panels * group / plan.groups; p < plan.panels * (group + 1) / plan.groups; ++p) {
            const Index o = p * gemm::panel, columns = std::min(gemm::panel, outputs - o);
            for (Index py = 0; py < g.phases; ++py)
                for (Index pixel = 0; pixel < pixels; pixel += strip) {
                    const Index count = std::min(strip, pixels - pixel);
                    const float* start[strip];
                    float* to[strip];
                    Index column = pixel % width, line = pixel / width, r = line % rows, n = line / rows;
                    for (Index t = 0; t < count; ++t) {
                        start[t] = copy + (n * plan.rows_read + r * g.stride + py) * row + column * g.stride * inputs;
                        to[t] = y.data + ((n0 + n) * outputs + o) * plane +
                                ((first + r) * g.phases + py) * y.extent(3) + column * g.phases;
                        if (++column == width) {
                            column = 0;
                            if (++r == rows) {
                                r = 0;
                                ++n;
                            }
                        }
                    }
                    for (Index px = 0; px < g.phases; ++px) {
                        gemm::multiply_rows(count, columns, start, patches, w.panel(py * g.phases + px, p), w.ld_of(p),
                                            factor, tile + px * strip * gemm::panel);
                        for (Index t = 0; t < count; ++t) start[t] += inputs;
                    }
                    store_channels_first(tile, gemm::panel, strip, g.phases, count, columns, to, plane);
                }
        }
    });
}

}  // namespace stylegan::ops
