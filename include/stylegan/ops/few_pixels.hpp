// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/channels_last.hpp>
#include <stylegan/ops/convolution_grid.hpp>
#include <stylegan/ops/gemm.hpp>
#include <stylegan/ops/scratch.hpp>

#include <algorithm>

namespace stylegan::ops {

/// Convolutions of so few pixels that reading the kernel is most of the work, as at 4x4. Threads share the columns of the
/// kernel and go through its rows once, `depth` of them for all pixels, while the sums wait in the first-level cache.
/// A sum is taken in the same order as by correlate().
struct FewPixels {
    static constexpr Index depth = 16;     ///< rows of the kernel at a time
    static constexpr Index columns = 128;  ///< of the kernel, of one item: long pieces of its rows
    static constexpr Index rows = 8;       ///< pixels whose sums are in registers
    static constexpr Index most = 16;      ///< pixels of a batch

    [[nodiscard]] static bool suit(Index pixels, Index inputs, Index outputs) {
        return pixels <= most && inputs % depth == 0 && outputs % gemm::lanes == 0;
    }
};

/// y = factor * (x correlated with w), at the same resolution.
/// @param x (N, I, H, W), where FewPixels::suit(N H W, I, O)
/// @param w (K, K, I, O)
/// @param y (N, O, H, W), overwritten
inline void correlate_few_pixels(Context<Cpu>& c, Maps<const float> x, View<const float, 4> w, float factor,
                                 Maps<float> y) {
    using F = FewPixels;
    const GridGeometry g(Grid::same, w.extent(0));
    const Index inputs = x.extent(1), outputs = y.extent(1), height = y.extent(2), width = y.extent(3);
    const Index plane = height * width, pixels = x.extent(0) * plane;
    const ChannelsLast layout{g.read(width), inputs, inputs};
    const Index picture = g.read(height) * layout.row();
    const Workspace::Frame frame(c.workspace());
    float* const copy = c.workspace().take<float>(x.extent(0) * picture);
    const float* corner[F::most];  // of the patch under the kernel at a pixel
    float* to[F::most];
    for (Index n = 0, p = 0; n < x.extent(0); ++n) {
        copy_channels_last(picture_of(x, n), -g.border, g.read(height), g.border, layout, copy + n * picture);
        for (Index q = 0; q < plane; ++q, ++p) {
            corner[p] = copy + n * picture + q / width * layout.row() + q % width * inputs;
            to[p] = y.data + n * outputs * plane + q;
        }
    }

    const Index items = (outputs + F::columns - 1) / F::columns, taps = g.taps * g.taps;
    parallel_for_with_scratch(c, items, F::most * F::columns, [&](Index item, float* sums) {
        const Index first = item * F::columns, columns = std::min(F::columns, outputs - first);
        std::fill_n(sums, pixels * F::columns, 0.0f);
        for (Index tap = 0; tap < taps; ++tap)
            for (Index k = 0; k < inputs; k += F::depth) {
                const float* const matrix = w.data + (tap * inputs + k) * outputs + first;
                for (Index d = F::depth; d < 2 * F::depth; ++d)
                    for (Index j = 0; j < columns; j += gemm::cache_line)
                        __builtin_prefetch(matrix + d * outputs + j, 0, 3);
                const float* start[F::most];
                for (Index p = 0; p < pixels; ++p)
                    start[p] = corner[p] + tap / g.taps * layout.row() + tap % g.taps * inputs + k;
                for (Index j = 0; j < columns; j += gemm::lanes) {
                    Index p = 0;
                    for (; p + F::rows <= pixels; p += F::rows)
                        gemm::add_terms<F::rows, F::depth>(start + p, matrix + j, outputs, sums + p * F::columns + j,
                                                           F::columns);
                    for (; p < pixels; ++p)
                        gemm::add_terms<1, F::depth>(start + p, matrix + j, outputs, sums + p * F::columns + j,
                                                     F::columns);
                }
            }
        for (Index p = 0; p < pixels; ++p)
            for (Index j = 0; j < columns; ++j) to[p][(first + j) * plane] = factor * sums[p * F::columns + j];
    });
}

}  // namespace stylegan::ops
