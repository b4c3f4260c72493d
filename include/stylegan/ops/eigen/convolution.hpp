// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution/convolution_grid.hpp>
#include <stylegan/ops/convolution/kernel_reading.hpp>
#include <stylegan/ops/eigen/multiply.hpp>
#include <stylegan/ops/eigen/product.hpp>
#include <stylegan/ops/eigen/tap_reader.hpp>
#include <stylegan/ops/vector/scratch.hpp>

#include <algorithm>

/// Convolutions on all grids as products by Eigen: kernel times patches.
namespace stylegan::ops::eigen {

/// The weight of a convolution as one matrix for each phase: (taps and input channels, output channels).
template <class S>
struct PhaseKernels {
    const S* data = nullptr;
    Index rows = 0, columns = 0;  ///< of one phase; columns padded with zeros to Tile::row_step

    [[nodiscard]] const S* phase(Index p) const { return data + p * rows * columns; }
};

/// The matrices of w (K, K, I, O) read as `reading` says, in scratch memory of the innermost frame; w itself where it
/// already has that form.
template <bool Transposed, class S>
PhaseKernels<S> phase_kernels(Context<BasicCpu<S>>& c, View<const S, 4> w, KernelReading reading) {
    const Index size = w.extent(0), inputs = w.extent(2), outputs = w.extent(3);
    const GridGeometry g(reading.grid, size);
    const Index ins = Transposed ? outputs : inputs, outs = Transposed ? inputs : outputs;
    const Index taps = g.phases * g.taps, columns = Tile<S>::whole_rows(outs), rows = g.taps * g.taps * ins;
    if (reading.grid == Grid::same && !reading.turned && !Transposed && columns == outs) return {w.data, rows, columns};

    using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    S* const data = c.workspace().template take<S>(g.phases * g.phases * rows * columns);
    c.parallel_for(taps * taps, [&](Index item) {
        const Index r = item / taps, s = item % taps;
        // the taps of one phase are contiguous: tap r belongs to phase r % phases
        const Index phase = r % g.phases * g.phases + s % g.phases, tap = r / g.phases * g.taps + s / g.phases;
        Eigen::Map<Matrix> to(data + phase * rows * columns + tap * ins * columns, ins, columns);
        to.setZero();
        const TapRange y(reading, r, size), x(reading, s, size);
        for (Index ky = y.first; ky <= y.last; ++ky)
            for (Index kx = x.first; kx <= x.last; ++kx) {
                const Eigen::Map<const Matrix> from(w.data + (ky * size + kx) * inputs * outputs, inputs, outputs);
                if constexpr (Transposed)
                    to.leftCols(outs) += from.transpose();
                else
                    to.leftCols(outs) += from;
            }
    });
    return {data, rows, columns};
}

/// What correlate_by_positions() and correlate_by_channels() share.
template <class S>
struct Correlation {
    Context<BasicCpu<S>>& c;
    KernelReading reading;
    GridGeometry g;
    Positions positions;
    View<const S, 4> w;
    S factor;
    Maps<S> y;
    TapReader<S> reader;
    Index count, inputs, outputs, phases;  ///< positions of the batch; channels; phases of a position

    /// Uses scratch memory of the innermost frame.
    Correlation(Context<BasicCpu<S>>& context, KernelReading how, Maps<const S> x, View<const S, 4> weight, S by,
                Maps<S> result)
        : c(context),
          reading(how),
          g(how.grid, weight.extent(0)),
          positions{result.extent(2) / g.phases, result.extent(3) / g.phases},
          w(weight),
          factor(by),
          y(result),
          reader(context, x, g, positions),
          count(x.extent(0) * positions.plane()),
          inputs(x.extent(1)),
          outputs(result.extent(1)),
          phases(g.phases * g.phases) {}

    /// Whether an input gradient can read the kernel in place: no block of terms extends beyond a tap.
    [[nodiscard]] bool kernel_in_place() const {
        return reading.transposed && reading.grid == Grid::same && reading.turned && w.extent(3) % Tile<S>::depth == 0;
    }

    /// The address of output (o, row, column) of picture n, for a phase.
    [[nodiscard]] S* place(Index phase, Index n, Index o, Index row, Index column) const {
        return y.data + ((n * outputs + o) * y.extent(2) + row * g.phases + phase / g.phases) * y.extent(3) +
               column * g.phases + phase % g.phases;
    }
};

/// For few positions: rows of a tile are positions, columns are output channels.
template <bool Transposed, class S>
void correlate_by_positions(const Correlation<S>& t) {
    using T = Tile<S>;
    const RowBlocks<S> layout(t.count, t.g.taps * t.g.taps * t.inputs);
    S* const patches = t.c.workspace().template take<S>(layout.size());
    const bool in_place = Transposed && t.kernel_in_place();
    const PhaseKernels<S> kernel = in_place ? PhaseKernels<S>{} : phase_kernels<Transposed>(t.c, t.w, t.reading);
    const Index items = (layout.depth + T::depth - 1) / T::depth, terms = t.w.extent(3), taps = t.g.taps * t.g.taps;
    for (Index phase = 0; phase < t.phases; ++phase) {
        std::fill_n(patches, layout.size(), S(0));
        t.c.parallel_for(layout.blocks() * items, [&](Index item) {
            const Index first = item / items * T::rows, k = item % items * T::depth;
            t.reader.patches(phase, k, std::min<Index>(T::depth, layout.depth - k), first,
                             std::min<Index>(T::rows, t.count - first), patches + layout.at(first, k), layout.step);
        });
        const auto write = [&](Index p, Index first, Index channels, const S* sums) {
            const Index n = p / t.positions.plane(), at = p % t.positions.plane(),
                        plane = t.y.extent(2) * t.y.extent(3);
            S* const to = t.place(phase, n, first, at / t.positions.width, at % t.positions.width);
            for (Index o = 0; o < channels; ++o) to[o * plane] = t.factor * sums[o];
        };
        if (Transposed && in_place)
            multiply<Transposed>(
                t.c, layout, patches, terms, t.outputs,
                [&](Index k, Index first) {
                    return t.w.data + ((taps - 1 - k / terms) * t.w.extent(2) + first) * terms + k % terms;
                },
                write);
        else
            multiply<false>(
                t.c, layout, patches, kernel.columns, t.outputs,
                [&](Index k, Index first) { return kernel.phase(phase) + k * kernel.columns + first; }, write);
    }
}

/// Rows of a tile are output channels, columns are positions.
template <bool Transposed, class S>
void correlate_by_channels(const Correlation<S>& t) {
    using T = Tile<S>;
    const PhaseKernels<S> kernel = phase_kernels<Transposed>(t.c, t.w, t.reading);
    // items: phases, tiles of positions, groups of output channels
    const Index enough = 4 * t.c.threads();
    const Index columns = T::columns_of_an_item(t.count, enough), tiles = (t.count + columns - 1) / columns;
    const Index blocks = (t.outputs + T::rows - 1) / T::rows;
    const Index groups = std::min(blocks, (enough + t.phases * tiles - 1) / (t.phases * tiles));
    const Index group_rows = (blocks + groups - 1) / groups * T::rows;
    const Index scratch = (T::depth + group_rows) * columns;
    parallel_for_with_scratch(t.c, t.phases * tiles * groups, scratch, [&](Index item, S* patches) {
        const Index phase = item / groups / tiles, o0 = item % groups * group_rows;
        const Index first = item / groups % tiles * columns, real = std::min(columns, t.count - first);
        const Index filled = T::whole_columns(real), channels = std::min(group_rows, t.outputs - o0);
        if (channels <= 0) return;
        S* const sums = patches + T::depth * columns;  // (channels, columns)
        std::fill_n(sums, T::whole_rows(channels) * columns, S(0));
        for (Index k = 0; k < kernel.rows; k += T::depth) {
            const Index depth = std::min<Index>(T::depth, kernel.rows - k);
            t.reader.patches(phase, k, depth, first, real, patches, columns);
            for (Index i = 0; i < depth && real < filled; ++i)
                std::fill_n(patches + i * columns + real, filled - real, S(0));
            for (Index o = 0; o < channels; o += T::rows)
                add_product<Eigen::ColMajor, Eigen::RowMajor>(
                    {T::whole_rows(std::min<Index>(T::rows, channels - o)), filled, depth},
                    kernel.phase(phase) + k * kernel.columns + o0 + o, kernel.columns, static_cast<const S*>(patches),
                    columns, sums + o * columns, columns);
        }
        for (Index o = 0; o < channels; ++o)
            t.positions.for_each_stretch(first, real, [&](Index i, Index n, Index row, Index column, Index here) {
                S* const to = t.place(phase, n, o0 + o, row, column);
                const S* const from = sums + o * columns + i;
                for (Index p = 0; p < here; ++p) to[p * t.g.phases] = t.factor * from[p];
            });
    });
}

/// y = factor * (x correlated with w) on the grid of `reading`.
///
/// Usually the rows of a tile are output channels, and its columns are patches at many positions of the batch. If there
/// are fewer positions than columns of a tile, as for a few pictures of 4x4, the output channels are the columns, and
/// the kernel is read in place. Both take sums in the same order and give the same bits.
/// @tparam Transposed  as `reading` says
/// @param x (N, I, H, W)
/// @param w (K, K, I, O), or (K, K, O, I) if transposed; K odd, 3 for the grids that scale
/// @param y (N, O, H', W'), overwritten
template <bool Transposed, class S>
void correlate(Context<BasicCpu<S>>& c, KernelReading reading, Maps<const S> x, View<const S, 4> w, S factor,
               Maps<S> y) {
    if (y.size() == 0) return;
    const Workspace::Frame frame(c.workspace());
    const Correlation<S> t(c, reading, x, w, factor, y);
    const Index few = (Transposed && t.kernel_in_place() ? 8 : 1) * Tile<S>::columns;
    if (t.count < few && t.outputs >= Tile<S>::column_step)
        correlate_by_positions<Transposed>(t);
    else
        correlate_by_channels<Transposed>(t);
}

}  // namespace stylegan::ops::eigen
