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

/// dw += factor * gradient of a correlation with respect to its weight. One of the two pictures is read at every tap
/// (`moved`: x, or dy where the correlation went up), the other one once (`fixed`). With the positions of the batch as
/// the terms of a sum,
///
///     e[r,s,a,b] = sum over n, Y, X of  moved[n,a,stride Y + r - border,stride X + s - border] fixed[n,b,Y,X]
///
/// is a product of patches and maps, and the taps of the 4x4 kernel are given back to the 3x3 taps that they are sums
/// of. Where there are few products to share among threads, the positions are cut into parts, whose sums are added in a
/// fixed tree; how many depends on the shapes alone.
///
/// @param reading  turned: the kernel was; transposed: `moved` has the O channels of dw and `fixed` the I channels
/// @param dw       (K, K, I, O)
template <class S>
void correlation_gradient(Context<BasicCpu<S>>& c, KernelReading reading, Maps<const S> moved, Maps<const S> fixed,
                          S factor, View<S, 4> dw) {
    using T = Tile<S>;
    using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    using ConstMatrix = Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>;
    if (moved.size() == 0 || fixed.size() == 0) return;
    const Index size = dw.extent(0), as = moved.extent(1), bs = fixed.extent(1), plane = pixels_of(fixed);
    const GridGeometry g(reading.grid == Grid::same ? Grid::same : Grid::down, size);
    const Positions positions{fixed.extent(2), fixed.extent(3)};
    const Index count = fixed.extent(0) * plane, depths = (count + T::depth - 1) / T::depth;
    const Index rows = g.taps * g.taps * as, row_blocks = (rows + T::rows - 1) / T::rows;
    const Index columns = T::whole_columns(bs), column_blocks = (columns + T::columns - 1) / T::columns;
    constexpr Index enough = 16, most = 8;
    const Index parts = row_blocks * column_blocks >= enough ? 1 : std::min(depths, most);
    const bool in_place = reading.grid == Grid::same && !reading.turned && !reading.transposed && parts == 1;

    const Workspace::Frame frame(c.workspace());
    const TapReader<S> reader(c, moved, g, positions);
    const Index e_size = row_blocks * T::rows * columns;
    S* const e = in_place ? nullptr : c.workspace().template take<S>(parts * e_size);
    // items: parts, column blocks, groups of row blocks, for each of which the columns are copied once
    const Index groups = std::min(row_blocks, (4 * c.threads() + parts * column_blocks - 1) / (parts * column_blocks));
    const Index group_rows = (row_blocks + groups - 1) / groups * T::rows;
    constexpr Index patches_size = Index{T::rows} * T::depth, maps_size = Index{T::columns} * T::depth;
    parallel_for_with_scratch(
        c, parts * groups * column_blocks, patches_size + maps_size + group_rows * T::columns,
        [&](Index item, S* patches) {
            S* const maps = patches + patches_size;  // (columns of the tile, depth)
            S* const sums = maps + maps_size;        // (group_rows, T::columns)
            const Index part = item / column_blocks / groups, k0 = item / column_blocks % groups * group_rows;
            const Index b0 = item % column_blocks * T::columns, group = std::min(group_rows, rows - k0);
            if (group <= 0) return;
            const Index width = std::min<Index>(T::columns, columns - b0), real = std::min(width, bs - b0);
            std::fill_n(sums, T::whole_rows(group) * T::columns, S(0));
            std::fill_n(maps + real * T::depth, (width - real) * T::depth, S(0));
            for (Index d = depths * part / parts; d < depths * (part + 1) / parts; ++d) {
                const Index first = d * T::depth, depth = std::min<Index>(T::depth, count - first);
                for (Index p = 0; p < depth;) {  // picture by picture
                    const Index n = (first + p) / plane, at = (first + p) % plane,
                                run = std::min(depth - p, plane - at);
                    for (Index b = 0; b < real; ++b)
                        std::copy_n(fixed.data + (n * bs + b0 + b) * plane + at, run, maps + b * T::depth + p);
                    p += run;
                }
                for (Index k = 0; k < group; k += T::rows) {
                    const Index here = std::min<Index>(T::rows, group - k), filled = T::whole_rows(here);
                    reader.patches(0, k0 + k, here, first, depth, patches, Index{T::depth});
                    for (Index i = here; i < filled; ++i) std::fill_n(patches + i * T::depth, depth, S(0));
                    add_product<Eigen::RowMajor, Eigen::ColMajor>(
                        {filled, width, depth}, static_cast<const S*>(patches), Index{T::depth},
                        static_cast<const S*>(maps), Index{T::depth}, sums + k * T::columns, Index{T::columns});
                }
            }
            for (Index k = 0; k < group; ++k) {
                const S* const from = sums + k * T::columns;
                if (in_place)
                    assign(
                        real, dw.data + (k0 + k) * bs + b0,
                        [factor](const auto& sum, const auto& more) { return sum + factor * more; },
                        static_cast<const S*>(dw.data + (k0 + k) * bs + b0), from);
                else
                    std::copy_n(from, width, e + part * e_size + (k0 + k) * columns + b0);
            }
        });
    if (in_place) return;
    for (Index step = 1; step < parts; step *= 2)  // the parts in pairs, pairs of pairs, ...
        for (Index p = 0; p + step < parts; p += 2 * step)
            assign(
                rows * columns, e + p * e_size, [](const auto& one, const auto& other) { return one + other; },
                static_cast<const S*>(e + p * e_size), static_cast<const S*>(e + (p + step) * e_size));

    parallel_for_with_scratch(c, size * size, as * bs, [&](Index tap, S* scratch) {
        const Index inputs = dw.extent(2), outputs = dw.extent(3);
        Eigen::Map<Matrix> to(dw.data + tap * inputs * outputs, inputs, outputs), sum(scratch, as, bs);
        sum.setZero();
        for (Index r = 0; r < g.taps; ++r)
            for (Index s = 0; s < g.taps; ++s)
                if (TapRange(reading, r, size).has(tap / size) && TapRange(reading, s, size).has(tap % size))
                    sum += ConstMatrix(e + (r * g.taps + s) * as * columns, as, bs, Eigen::OuterStride<>(columns));
        if (reading.transposed)
            to += factor * sum.transpose();
        else
            to += factor * sum;
    });
}

}  // namespace stylegan::ops::eigen
