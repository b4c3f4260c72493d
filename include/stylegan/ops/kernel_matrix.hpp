// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution_grid.hpp>
#include <stylegan/ops/gemm.hpp>
#include <stylegan/ops/kernel_reading.hpp>
#include <stylegan/ops/transpose.hpp>

#include <algorithm>

namespace stylegan::ops {

/// A convolution's weight as the right-hand matrix of a product: for each phase a row for each tap and channel read,
/// a column for each channel computed, cut into panels of gemm::panel columns.
struct KernelMatrix {
    const float* data;
    Index phase_step, panel_step;
    Index ld;       ///< distance of two rows of a panel,
    Index last_ld;  ///< and of the last panel, which may be narrower; multiples of gemm::lanes
    Index panels;

    [[nodiscard]] const float* panel(Index phase, Index p) const { return data + phase * phase_step + p * panel_step; }
    [[nodiscard]] Index ld_of(Index p) const { return p + 1 < panels ? ld : last_ld; }
};

/// Writes w in the form that `reading` asks for, or points to w itself where that will do. What is written is scratch
/// memory of the innermost frame.
/// @param pixels  how many the matrix will be multiplied with: for few, rows that lie far apart do no harm
inline KernelMatrix kernel_matrix(Context<Cpu>& c, View<const float, 4> w, KernelReading reading, Index pixels = 0) {
    const Index size = w.extent(0), inputs = w.extent(2), outputs = w.extent(3);
    const Index ins = reading.transposed ? outputs : inputs, outs = reading.transposed ? inputs : outputs;
    const Index taps = reading.grid == Grid::same ? size : 4;
    const Index width = (outs + gemm::lanes - 1) / gemm::lanes * gemm::lanes,
                panels = (outs + gemm::panel - 1) / gemm::panel;
    constexpr Index few = 512;
    if (reading.grid == Grid::same && !reading.turned && !reading.transposed && outs == width &&
        (pixels < few || panels == 1))
        return {w.data, 0, gemm::panel, outs, outs, panels};

    const Index phases = reading.grid == Grid::up ? 4 : 1, rows = taps * taps / phases * ins;  // rows of one phase
    float* const data = c.workspace().take<float>(phases * rows * width);
    const Index last_ld = width - (panels - 1) * gemm::panel;
    const KernelMatrix matrix{data, rows * width, rows * gemm::panel, gemm::panel, last_ld, panels};
    constexpr Index block = 16;  // rows of the matrix written by one item
    const Index blocks = (ins + block - 1) / block;
    c.parallel_for(taps * taps * blocks, [&](Index item) {
        const Index r = item / blocks / taps, s = item / blocks % taps, begin = item % blocks * block;
        const Index count = std::min(block, ins - begin);
        // the taps of one phase lie together: tap r belongs to phase r % 2
        const Index phase = reading.grid == Grid::up ? r % 2 * 2 + s % 2 : 0;
        const Index tap = reading.grid == Grid::up ? r / 2 * 2 + s / 2 : r * taps + s;
        const TapRange y(reading, r, size), x(reading, s, size);
        for (Index p = 0; p < panels; ++p) {
            const Index ld = matrix.ld_of(p), first = p * gemm::panel, columns = std::min(gemm::panel, outs - first);
            float* const to = data + phase * matrix.phase_step + p * matrix.panel_step + (tap * ins + begin) * ld;
            float sum[block * gemm::panel] = {};  // (count, panel), or (panel, count) if transposed
            for (Index ky = y.first; ky <= y.last; ++ky)
                for (Index kx = x.first; kx <= x.last; ++kx) {
                    const float* const from = w.data + (ky * size + kx) * inputs * outputs;
                    if (reading.transposed)
                        for (Index j = 0; j < columns; ++j)
                            for (Index k = 0; k < count; ++k)
                                sum[j * block + k] += from[(first + j) * outputs + begin + k];
                    else
                        for (Index k = 0; k < count; ++k)
                            for (Index j = 0; j < columns; ++j)
                                sum[k * gemm::panel + j] += from[(begin + k) * outputs + first + j];
                }
            if (reading.transposed)
                transpose(ld, count, sum, block, to, ld);
            else
                for (Index k = 0; k < count; ++k) std::copy_n(sum + k * gemm::panel, ld, to + k * ld);
        }
    });
    return matrix;
}

}  // namespace stylegan::ops
