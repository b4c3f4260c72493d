// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution_grid.hpp>
#include <stylegan/ops/eigen/convolution.hpp>
#include <stylegan/ops/eigen/product.hpp>
#include <stylegan/ops/kernel_reading.hpp>
#include <stylegan/ops/scratch.hpp>

#include <algorithm>

namespace stylegan::ops::eigen {

/// How correlation_gradient() cuts its work. The sizes depend on the shapes alone, because sums are cut with it.
template <class S>
struct GradientPlan {
    static constexpr Index slice_values = Index{1} << 20;  ///< copied at a time: some rows of a picture, or several pictures

    Index pictures, rows;  ///< of a slice, in positions
    Index parts;           ///< of a slice that are summed apart, where there are few products to share

    GradientPlan(Index batch, Index height, Index width, Index values_of_a_position, Index products) {
        const Index picture = height * width * values_of_a_position;
        pictures = std::clamp<Index>(slice_values / std::max<Index>(picture, 1), 1, batch);
        rows = std::clamp<Index>(slice_values / std::max<Index>(width * values_of_a_position, 1), 1, height);
        constexpr Index enough = 16, most = 8;
        const Index depths = (pictures * rows * width + Tile<S>::depth - 1) / Tile<S>::depth;
        parts = products >= enough ? 1 : std::clamp<Index>(depths, 1, most);
    }
};

/// dw += factor * gradient of a correlation with respect to its weight. One of the two pictures is read at every tap (`moved`:
/// x, or dy where the correlation went up), the other one once (`fixed`). With the pixels of a slice as the terms of a sum,
///
///     e[r,s,a,b] = sum over n, Y, X of  moved[n,a,stride Y + r - border,stride X + s - border] fixed[n,b,Y,X]
///
/// is a product of patches and pixels, and the taps of the 4x4 kernel are given back to the 3x3 taps that they are sums of.
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
    const Index size = dw.extent(0), as = moved.extent(1), bs = fixed.extent(1);
    const GridGeometry g(reading.grid == Grid::same ? Grid::same : Grid::down, size);
    const Index batch = fixed.extent(0), height = fixed.extent(2), width = fixed.extent(3), taps = g.taps * g.taps;
    const Index e_rows = taps * as, e_columns = T::whole_columns(bs), row_blocks = (e_rows + T::rows - 1) / T::rows;
    const GradientPlan<S> plan(batch, height, width, e_columns + g.stride * g.stride * as, row_blocks);

    const Workspace::Frame frame(c.workspace());
    const Index slice = plan.pictures * plan.rows * width;
    const Index e_size = row_blocks * T::rows * e_columns;
    S* const pixels = c.workspace().template take<S>(slice * e_columns);  // of `fixed`, channels last
    S* const e = c.workspace().template take<S>(plan.parts * e_size);
    std::fill_n(e, plan.parts * e_size, S(0));

    for (Index n0 = 0; n0 < batch; n0 += plan.pictures)
        for (Index y0 = 0; y0 < height; y0 += plan.rows) {
            const Positions part{std::min(plan.rows, height - y0), width};
            const Index count = std::min(plan.pictures, batch - n0) * part.plane();
            c.parallel_for((count + T::depth - 1) / T::depth, [&](Index item) {
                const Index first = item * T::depth;
                part.for_each_stretch(
                    first, std::min<Index>(T::depth, count - first),
                    [&](Index i, Index n, Index row, Index column, Index here) {
                        Eigen::Map<Matrix> to(pixels + (first + i) * e_columns, here, e_columns);
                        to.rightCols(e_columns - bs).setZero();
                        to.leftCols(bs) = ConstMatrix(
                            fixed.data + ((n0 + n) * bs * height + y0 + row) * width + column, bs, here,
                            Eigen::OuterStride<>(height * width)).transpose();
                    });
            });
            // each part of the slice, in whole depths
            const Index depths = (count + T::depth - 1) / T::depth;
            parallel_for_with_scratch(
                c, plan.parts * row_blocks, Index{T::depth} * T::rows, [&](Index item, S* patches) {
                    const Index p = item / row_blocks, k0 = item % row_blocks * T::rows;
                    const Index rows = std::min<Index>(T::rows, e_rows - k0), filled = T::whole_rows(rows);
                    S* const to = e + p * e_size + k0 * e_columns;
                    for (Index d = depths * p / plan.parts; d < depths * (p + 1) / plan.parts; ++d) {
                        const Index first = d * T::depth, depth = std::min<Index>(T::depth, count - first);
                        for (Index k = 0; k < filled; ++k) {  // patches: (depth, filled)
                            if (k >= rows) {
                                for (Index i = 0; i < depth; ++i) patches[i * filled + k] = S(0);
                                continue;
                            }
                            const Index tap = (k0 + k) / as, channel = (k0 + k) % as;
                            const Index r = tap / g.taps - g.border, s = tap % g.taps - g.border;
                            part.for_each_stretch(
                                first, depth, [&](Index i, Index n, Index row, Index column, Index here) {
                                    const Index v = (y0 + row) * g.stride + r;
                                    const bool inside = v >= 0 && v < moved.extent(2);
                                    const S* const from =
                                        moved.data +
                                        (((n0 + n) * as + channel) * moved.extent(2) + (inside ? v : 0)) *
                                            moved.extent(3);
                                    for (Index q = 0; q < here; ++q) {
                                        const Index u = (column + q) * g.stride + s;
                                        patches[(i + q) * filled + k] =
                                            inside && u >= 0 && u < moved.extent(3) ? from[u] : S(0);
                                    }
                                });
                        }
                        for (Index b = 0; b < e_columns; b += T::columns)
                            add_product({filled, std::min<Index>(T::columns, e_columns - b), depth},
                                        static_cast<const S*>(patches), filled,
                                        static_cast<const S*>(pixels + first * e_columns + b), e_columns, to + b,
                                        e_columns);
                    }
                });
        }

    for (Index step = 1; step < plan.parts; step *= 2)  // the parts in pairs, pairs of pairs, ...
        for (Index p = 0; p + step < plan.parts; p += 2 * step)
            Eigen::Map<Eigen::Array<S, Eigen::Dynamic, 1>>(e + p * e_size, e_size) +=
                Eigen::Map<const Eigen::Array<S, Eigen::Dynamic, 1>>(e + (p + step) * e_size, e_size);

    parallel_for_with_scratch(c, size * size, as * bs, [&](Index tap, S* scratch) {
        const Index inputs = dw.extent(2), outputs = dw.extent(3);
        Eigen::Map<Matrix> to(dw.data + tap * inputs * outputs, inputs, outputs), sum(scratch, as, bs);
        sum.setZero();
        for (Index r = 0; r < g.taps; ++r)
            for (Index s = 0; s < g.taps; ++s)
                if (TapRange(reading, r, size).has(tap / size) && TapRange(reading, s, size).has(tap % size))
                    sum += ConstMatrix(e + (r * g.taps + s) * as * e_columns, as, bs, Eigen::OuterStride<>(e_columns));
        if (reading.transposed)
            to += factor * sum.transpose();
        else
            to += factor * sum;
    });
}

}  // namespace stylegan::ops::eigen
