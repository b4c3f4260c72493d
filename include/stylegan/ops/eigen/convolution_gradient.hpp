// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution/convolution_grid.hpp>
#include <stylegan/ops/convolution/kernel_reading.hpp>
#include <stylegan/ops/eigen/arrays.hpp>
#include <stylegan/ops/eigen/product.hpp>
#include <stylegan/ops/eigen/tap_reader.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>
#include <stylegan/ops/vector/scratch.hpp>

#include <algorithm>

namespace stylegan::ops::eigen {

/// The gradient of a correlation in its weight, as a product of patches and feature maps summed over the positions of
/// the batch:
///
///     e[r,s,a,b] = sum over n, Y, X of  moved[n,a,stride Y + r - border,stride X + s - border] fixed[n,b,Y,X]
///
/// If there are few products to share among threads, the positions are cut into parts with separate sums; their number
/// depends on the shapes alone.
template <class S>
struct WeightGradient {
    using T = Tile<S>;
    static constexpr Index patches_size = Index{T::rows} * T::depth, maps_size = Index{T::columns} * T::depth;

    Maps<const S> moved, fixed;
    GridGeometry g;
    Index as, bs;            ///< channels of `moved`, of `fixed`
    Index plane;             ///< pixels of `fixed`
    Index count, depths;     ///< positions of the batch, and blocks of T::depth of them
    Index rows, row_blocks;  ///< of e: taps and channels a
    Index columns, column_blocks;
    Index parts;
    Index groups, group_rows;  ///< groups of row blocks, for each of which the columns are copied once

    WeightGradient(Grid grid, Maps<const S> moved_maps, Maps<const S> fixed_maps, Index size, Index threads)
        : moved(moved_maps),
          fixed(fixed_maps),
          g(grid == Grid::same ? Grid::same : Grid::down, size),
          as(moved.extent(1)),
          bs(fixed.extent(1)),
          plane(pixels_of(fixed)),
          count(fixed.extent(0) * plane),
          depths((count + T::depth - 1) / T::depth),
          rows(g.taps * g.taps * as),
          row_blocks((rows + T::rows - 1) / T::rows),
          columns(T::whole_columns(bs)),
          column_blocks((columns + T::columns - 1) / T::columns),
          parts(row_blocks * column_blocks >= enough ? 1 : std::min(depths, most_parts)),
          groups(std::min(row_blocks, (4 * threads + parts * column_blocks - 1) / (parts * column_blocks))),
          group_rows((row_blocks + groups - 1) / groups * T::rows) {}

    /// Values of one part of e.
    [[nodiscard]] Index e_size() const { return row_blocks * T::rows * columns; }
    [[nodiscard]] Index items() const { return parts * groups * column_blocks; }
    [[nodiscard]] Index scratch() const { return patches_size + maps_size + group_rows * T::columns; }

    /// An item: one part, one group of rows, one block of columns.
    struct Item {
        Index part, k0, rows;       ///< rows [k0, k0 + rows)
        Index b0, width, channels;  ///< columns [b0, b0 + width), the first `channels` of them real
    };
    [[nodiscard]] Item item(Index i) const {
        const Index k0 = i / column_blocks % groups * group_rows, b0 = i % column_blocks * T::columns;
        const Index width = std::min<Index>(T::columns, columns - b0);
        return {i / column_blocks / groups, k0, std::min(group_rows, rows - k0), b0, width, std::min(width, bs - b0)};
    }

    /// sums (item.rows, T::columns) = the item's sums over its part's positions
    /// @param scratch  patches_size + maps_size values
    void sum(const TapReader<S>& reader, const Item& item, S* scratch, S* sums) const {
        S *const patches = scratch, *const maps = scratch + patches_size;  // maps: (columns of the tile, depth)
        std::fill_n(sums, T::whole_rows(item.rows) * T::columns, S(0));
        std::fill_n(maps + item.channels * T::depth, (item.width - item.channels) * T::depth, S(0));
        for (Index d = depths * item.part / parts; d < depths * (item.part + 1) / parts; ++d) {
            const Index first = d * T::depth, depth = std::min<Index>(T::depth, count - first);
            copy_columns(item, first, depth, maps);
            for (Index k = 0; k < item.rows; k += T::rows) {
                const Index here = std::min<Index>(T::rows, item.rows - k), filled = T::whole_rows(here);
                reader.patches(0, item.k0 + k, here, first, depth, patches, Index{T::depth});
                for (Index i = here; i < filled; ++i) std::fill_n(patches + i * T::depth, depth, S(0));
                add_product<Eigen::RowMajor, Eigen::ColMajor>(
                    {filled, item.width, depth}, static_cast<const S*>(patches), Index{T::depth},
                    static_cast<const S*>(maps), Index{T::depth}, sums + k * T::columns, Index{T::columns});
            }
        }
    }

private:
    static constexpr Index enough = 16, most_parts = 8;

    /// `fixed` at positions [first, first + depth), picture by picture.
    void copy_columns(const Item& item, Index first, Index depth, S* maps) const {
        for (Index p = 0; p < depth;) {
            const Index n = (first + p) / plane, at = (first + p) % plane, run = std::min(depth - p, plane - at);
            for (Index b = 0; b < item.channels; ++b)
                std::copy_n(fixed.data + (n * bs + item.b0 + b) * plane + at, run, maps + b * T::depth + p);
            p += run;
        }
    }
};

/// e[0] += all other parts, in a fixed tree: pairs, pairs of pairs, ...
template <class S>
void add_parts(const WeightGradient<S>& t, S* e) {
    for (Index step = 1; step < t.parts; step *= 2)
        for (Index p = 0; p + step < t.parts; p += 2 * step)
            assign(
                t.rows * t.columns, e + p * t.e_size(), [](const auto& one, const auto& other) { return one + other; },
                static_cast<const S*>(e + p * t.e_size()), static_cast<const S*>(e + (p + step) * t.e_size()));
}

/// dw += factor * e. A tap of the official weight gets all taps of e that it is a summand of.
template <class S>
void add_to_taps(Context<BasicCpu<S>>& c, const WeightGradient<S>& t, KernelReading reading, S factor, const S* e,
                 View<S, 4> dw) {
    using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    using ConstMatrix = Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>;
    const Index size = dw.extent(0), inputs = dw.extent(2), outputs = dw.extent(3);
    parallel_for_with_scratch(c, size * size, t.as * t.bs, [&](Index tap, S* scratch) {
        Eigen::Map<Matrix> to(dw.data + tap * inputs * outputs, inputs, outputs), sum(scratch, t.as, t.bs);
        sum.setZero();
        for (Index r = 0; r < t.g.taps; ++r)
            for (Index s = 0; s < t.g.taps; ++s)
                if (TapRange(reading, r, size).has(tap / size) && TapRange(reading, s, size).has(tap % size))
                    sum += ConstMatrix(e + (r * t.g.taps + s) * t.as * t.columns, t.as, t.bs,
                                       Eigen::OuterStride<>(t.columns));
        if (reading.transposed)
            to += factor * sum.transpose();
        else
            to += factor * sum;
    });
}

/// dw += factor * gradient of a correlation with respect to its weight. One of the two pictures is read at every tap
/// (`moved`: x, or dy if the correlation goes up), the other one once (`fixed`).
/// @param reading  turned: the kernel was; transposed: `moved` has the O channels of dw and `fixed` the I channels
/// @param dw       (K, K, I, O)
template <class S>
void correlation_weight_gradient(Context<BasicCpu<S>>& c, KernelReading reading, Maps<const S> moved,
                                 Maps<const S> fixed, S factor, View<S, 4> dw) {
    if (moved.size() == 0 || fixed.size() == 0) return;
    const WeightGradient<S> t(reading.grid, moved, fixed, dw.extent(0), c.threads());
    const bool in_place = reading.grid == Grid::same && !reading.turned && !reading.transposed && t.parts == 1;

    const Workspace::Frame frame(c.workspace());
    const TapReader<S> reader(c, moved, t.g, Positions{fixed.extent(2), fixed.extent(3)});
    S* const e = in_place ? nullptr : c.workspace().template take<S>(t.parts * t.e_size());
    parallel_for_with_scratch(c, t.items(), t.scratch(), [&](Index i, S* scratch) {
        const auto item = t.item(i);
        if (item.rows <= 0) return;
        S* const sums = scratch + t.patches_size + t.maps_size;
        t.sum(reader, item, scratch, sums);
        for (Index k = 0; k < item.rows; ++k) {
            const S* const from = sums + k * Tile<S>::columns;
            S* const to = dw.data + (item.k0 + k) * t.bs + item.b0;
            if (in_place)
                assign(
                    item.channels, to, [factor](const auto& sum, const auto& more) { return sum + factor * more; },
                    static_cast<const S*>(to), from);
            else
                std::copy_n(from, item.width, e + item.part * t.e_size() + (item.k0 + k) * t.columns + item.b0);
        }
    });
    if (in_place) return;
    add_parts(t, e);
    add_to_taps(c, t, reading, factor, static_cast<const S*>(e), dw);
}

}  // namespace stylegan::ops::eigen
