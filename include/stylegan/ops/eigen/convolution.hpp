// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution_grid.hpp>
#include <stylegan/ops/eigen/arrays.hpp>
#include <stylegan/ops/eigen/product.hpp>
#include <stylegan/ops/kernel_reading.hpp>
#include <stylegan/ops/scratch.hpp>

#include <algorithm>

/// Convolutions on all grids as products by Eigen: kernel times patches.
namespace stylegan::ops::eigen {

/// A convolution's weight as a matrix for each phase: a row for each tap and channel read, a column for each channel computed.
template <class S>
struct PhaseKernels {
    const S* data;
    Index rows, columns;  ///< of one phase; columns filled up with zeros to Tile::row_step

    [[nodiscard]] const S* phase(Index p) const { return data + p * rows * columns; }
};

/// Writes w (K, K, I, O) in the form that `reading` asks for, or points to w itself where that will do. What is written is
/// scratch memory of the innermost frame.
template <class S>
PhaseKernels<S> phase_kernels(Context<BasicCpu<S>>& c, View<const S, 4> w, KernelReading reading) {
    const Index size = w.extent(0), inputs = w.extent(2), outputs = w.extent(3);
    const GridGeometry g(reading.grid, size);
    const Index ins = reading.transposed ? outputs : inputs, outs = reading.transposed ? inputs : outputs;
    const Index taps = g.phases * g.taps, columns = Tile<S>::whole_rows(outs), rows = g.taps * g.taps * ins;
    if (reading.grid == Grid::same && !reading.turned && !reading.transposed && columns == outs)
        return {w.data, rows, columns};

    using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    S* const data = c.workspace().template take<S>(g.phases * g.phases * rows * columns);
    c.parallel_for(taps * taps, [&](Index item) {
        const Index r = item / taps, s = item % taps;
        // the taps of one phase lie together: tap r belongs to phase r % phases
        const Index phase = r % g.phases * g.phases + s % g.phases, tap = r / g.phases * g.taps + s / g.phases;
        Eigen::Map<Matrix> to(data + phase * rows * columns + tap * ins * columns, ins, columns);
        to.setZero();
        const TapRange y(reading, r, size), x(reading, s, size);
        for (Index ky = y.first; ky <= y.last; ++ky)
            for (Index kx = x.first; kx <= x.last; ++kx) {
                const Eigen::Map<const Matrix> from(w.data + (ky * size + kx) * inputs * outputs, inputs, outputs);
                if (reading.transposed)
                    to.leftCols(outs) += from.transpose();
                else
                    to.leftCols(outs) += from;
            }
    });
    return {data, rows, columns};
}

/// Positions of a batch that are computed, in rising order: (picture, row, column).
struct Positions {
    Index height, width;

    [[nodiscard]] Index plane() const { return height * width; }

    /// Calls f(i, picture, row, column, count) for the stretches of rows that [first, first + count) is made of; position i of
    /// the stretch is first + i.
    template <class F>
    void for_each_stretch(Index first, Index count, const F& f) const {
        Index picture = first / plane(), row = first % plane() / width, column = first % width;
        for (Index i = 0; i < count;) {
            const Index here = std::min(count - i, width - column);
            f(i, picture, row, column, here);
            i += here;
            column = 0;
            if (++row == height) {
                row = 0;
                ++picture;
            }
        }
    }
};

/// out[p] = x[first + p * stride] for `count` places of a row of `width` values; what lies outside of it is zero.
template <class S>
inline void copy_row(const S* row, Index width, Index first, Index stride, Index count, S* out) {
    const auto inside = [&](Index p) { return first + p * stride >= 0 && first + p * stride < width; };
    Index begin = 0, end = count;
    while (begin < end && !inside(begin)) out[begin++] = S(0);
    while (end > begin && !inside(end - 1)) out[--end] = S(0);
    if (stride == 1)
        std::copy(row + first + begin, row + first + end, out + begin);
    else
        for (Index p = begin; p < end; ++p) out[p] = row[first + p * stride];
}

/// y = factor * (x correlated with w) on the grid of `reading`. A tile is some output channels at some positions of the batch.
/// @param x (N, I, H, W)
/// @param w (K, K, I, O), or (K, K, O, I) if `reading.transposed`; K odd, 3 for the grids that scale
/// @param y (N, O, H', W'), overwritten
template <class S>
void correlate(Context<BasicCpu<S>>& c, KernelReading reading, Maps<const S> x, View<const S, 4> w, S factor,
               Maps<S> y) {
    using T = Tile<S>;
    if (y.size() == 0) return;
    const GridGeometry g(reading.grid, w.extent(0));
    const Positions positions{y.extent(2) / g.phases, y.extent(3) / g.phases};
    const Index count = x.extent(0) * positions.plane(), inputs = x.extent(1), outputs = y.extent(1);
    const Index height = x.extent(2), width = x.extent(3);
    const Workspace::Frame frame(c.workspace());
    const PhaseKernels<S> kernel = phase_kernels(c, w, reading);

    // items: phases, tiles of positions, groups of output channels
    const Index phases = g.phases * g.phases, enough = 4 * c.threads();
    const Index columns = T::columns_of_an_item(count, enough), tiles = (count + columns - 1) / columns;
    const Index blocks = (outputs + T::rows - 1) / T::rows;
    const Index groups = std::min(blocks, (enough + phases * tiles - 1) / (phases * tiles));
    const Index group_rows = (blocks + groups - 1) / groups * T::rows;
    parallel_for_with_scratch(
        c, phases * tiles * groups, (T::depth + group_rows) * columns, [&](Index item, S* patches) {
            const Index phase = item / groups / tiles, py = phase / g.phases, px = phase % g.phases;
            const Index first = item / groups % tiles * columns, real = std::min(columns, count - first);
            const Index filled = T::whole_columns(real), o0 = item % groups * group_rows;
            const Index channels = std::min(group_rows, outputs - o0);
            if (channels <= 0) return;
            S* const sums = patches + T::depth * columns;  // (channels, columns)
            std::fill_n(sums, T::whole_rows(channels) * columns, S(0));
            for (Index k0 = 0; k0 < kernel.rows; k0 += T::depth) {
                const Index depth = std::min<Index>(T::depth, kernel.rows - k0);
                for (Index k = 0; k < depth; ++k) {
                    const Index tap = (k0 + k) / inputs, channel = (k0 + k) % inputs;
                    const Index r = tap / g.taps + py - g.border, s = tap % g.taps + px - g.border;
                    S* const to = patches + k * columns;
                    positions.for_each_stretch(first, real, [&](Index i, Index n, Index row, Index column, Index here) {
                        const Index from = row * g.stride + r;
                        if (from < 0 || from >= height)
                            std::fill_n(to + i, here, S(0));
                        else
                            copy_row(x.data + ((n * inputs + channel) * height + from) * width, width,
                                     column * g.stride + s, g.stride, here, to + i);
                    });
                    std::fill_n(to + real, filled - real, S(0));
                }
                for (Index o = 0; o < channels; o += T::rows)
                    add_product({T::whole_rows(std::min<Index>(T::rows, channels - o)), filled, depth},
                                kernel.phase(phase) + k0 * kernel.columns + o0 + o, kernel.columns,
                                static_cast<const S*>(patches), columns, sums + o * columns, columns);
            }
            const Index plane = y.extent(2) * y.extent(3);
            for (Index o = 0; o < channels; ++o)
                positions.for_each_stretch(first, real, [&](Index i, Index n, Index row, Index column, Index here) {
                    S* const to = y.data + (n * outputs + o0 + o) * plane + (row * g.phases + py) * y.extent(3) +
                                  column * g.phases + px;
                    const S* const from = sums + o * columns + i;
                    for (Index p = 0; p < here; ++p) to[p * g.phases] = factor * from[p];
                });
        });
}

}  // namespace stylegan::ops::eigen
