// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution/kernel_reading.hpp>
#include <stylegan/ops/vector/transpose.hpp>
#include <stylegan/ops/winograd/forms.hpp>

#include <algorithm>

#include <stylegan/device/gcc_unroll_begin.hpp>

namespace stylegan::ops::winograd {

/// The transformed kernel of a convolution: for each of Form's weights a matrix (input channels, output channels). It
/// is cut into slabs, panels of columns by up to `depth` rows, that stay in or near the L2 cache while they are used.
template <class Form>
struct TransformedKernel {
    static constexpr Index matrices = Index{Form::weights} * Form::weights;
    static constexpr Index depth = 64;
    static constexpr Index block = 16;  ///< rows transformed at once: the values of a cache line of the weight

    View<const float, 4> w;
    KernelReading reading;
    Index inputs, outputs, panels, slabs;  ///< slabs: of a panel

    TransformedKernel(View<const float, 4> weight, KernelReading how)
        : w(weight),
          reading(how),
          inputs(how.transposed ? weight.extent(3) : weight.extent(2)),
          outputs(how.transposed ? weight.extent(2) : weight.extent(3)),
          panels((outputs + gemm::panel - 1) / gemm::panel),
          slabs((inputs + depth - 1) / depth) {}

    /// Channels of a panel, and the same padded to whole vectors: the distance of two rows.
    [[nodiscard]] Index columns(Index panel) const { return std::min(gemm::panel, outputs - panel * gemm::panel); }
    [[nodiscard]] Index ld(Index panel) const { return (columns(panel) + lanes - 1) / lanes * lanes; }
    /// Values from one matrix of a slab to the next, and of a slab.
    [[nodiscard]] Index step() const { return odd_lines(std::min(inputs, depth) * gemm::panel); }
    [[nodiscard]] Index slab_size() const { return matrices * step(); }
    /// Rows of a slab.
    [[nodiscard]] Index rows(Index slab) const { return std::min(depth, inputs - slab * depth); }

    /// Writes all of a slab.
    /// @param to  (matrices, rows, ld), matrices step() values apart
    void transform(Index panel, Index slab, float* to) const {
        for (Index row = 0; row < rows(slab); row += block)
            transform_rows(panel, slab * depth + row, std::min(block, rows(slab) - row), to + row * ld(panel));
    }

private:
    void transform_rows(Index panel, Index begin, Index count, float* to) const {
        const Index width = ld(panel), first = panel * gemm::panel, row = w.extent(3);
        const Index apart = step();  // a local copy: stores cannot alias it
        const bool full = columns(panel) == width;
        float taps[9 * block * gemm::panel];  // (9, count, width): a copy, since the taps of w are a power of two apart
        if (!full) std::fill_n(taps, 9 * count * width, 0.0f);
        for (Index tap = 0; tap < 9; ++tap) {
            const float* const from = w.data + (reading.turned ? 8 - tap : tap) * w.extent(2) * row;
            float* const copy = taps + tap * count * width;
            if (reading.transposed)
                transpose(columns(panel), count, from + first * row + begin, row, copy, width);
            else
                for (Index k = 0; k < count; ++k) {
                    const float* const line = from + (begin + k) * row + first;
                    if (full)
                        for (Index j = 0; j < width; j += lanes) store(copy + k * width + j, load<Vector>(line + j));
                    else
                        std::copy_n(line, columns(panel), copy + k * width);
                }
        }
        for (Index k = 0; k < count; ++k)
            for (Index j = 0; j < width; j += lanes) {
                constexpr int weights = Form::weights;
                Vector rows[weights][3];
#pragma GCC unroll 4
                for (int x = 0; x < 3; ++x) {
                    Vector g[3], u[weights];
#pragma GCC unroll 4
                    for (int y = 0; y < 3; ++y) g[y] = load<Vector>(taps + ((y * 3 + x) * count + k) * width + j);
                    Form::kernel(g, u);
#pragma GCC unroll 16
                    for (int i = 0; i < weights; ++i) rows[i][x] = u[i];
                }
#pragma GCC unroll 16
                for (int i = 0; i < weights; ++i) {
                    Vector u[weights];
                    Form::kernel(rows[i], u);
#pragma GCC unroll 16
                    for (int l = 0; l < weights; ++l) store(to + (i * weights + l) * apart + k * width + j, u[l]);
                }
            }
    }
};

}  // namespace stylegan::ops::winograd

#include <stylegan/device/gcc_unroll_end.hpp>
