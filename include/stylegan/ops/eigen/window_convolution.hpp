// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution/window.hpp>
#include <stylegan/ops/eigen/product.hpp>
#include <stylegan/ops/eigen/tap_reader.hpp>
#include <stylegan/ops/vector/scratch.hpp>

#include <algorithm>
#include <span>

namespace stylegan::ops::eigen {

/// Rows [k, k + rows) of the patches, a row for each (tap, channel), at positions [first, first + count) of the batch.
template <class S>
void window_patches(const Window& window, Maps<const S> x, const Positions& positions, Index k, Index rows, Index first,
                    Index count, S* out, Index out_step) {
    const Index channels = x.extent(1), height = x.extent(2), width = x.extent(3), plane = height * width;
    for (Index row = 0; row < rows;) {
        const Index tap = (k + row) / channels, channel = (k + row) % channels;
        const Index here = std::min(rows - row, channels - channel);
        const Index ky = tap / window.width - window.pad_height, kx = tap % window.width - window.pad_width;
        positions.for_each_stretch(first, count, [&](Index i, Index n, Index r, Index column, Index length) {
            const Index v = r * window.stride + ky, left = column * window.stride + kx;
            const bool inside = v >= 0 && v < height;
            Index begin = 0, end = inside ? length : 0;  // [begin, end) of the stretch lie in the picture
            while (begin < end && left + begin * window.stride < 0) ++begin;
            while (end > begin && left + (end - 1) * window.stride >= width) --end;
            const S* from = x.data + (n * channels + channel) * plane + (inside ? v * width + left : 0);
            S* to = out + row * out_step + i;
            for (Index c = 0; c < here; ++c, from += plane, to += out_step) {
                for (Index p = 0; p < begin; ++p) to[p] = S(0);
                if (window.stride == 1)
                    for (Index p = begin; p < end; ++p) to[p] = from[p];
                else
                    for (Index p = begin; p < end; ++p) to[p] = from[p * window.stride];
                for (Index p = end; p < length; ++p) to[p] = S(0);
            }
        });
        row += here;
    }
}

/// See ops::window_convolution(). Rows of a tile are output channels, columns are positions of the batch.
template <class S>
void window_convolution(Context<BasicCpu<S>>& c, const Window& window, Maps<const S> x, View<const S, 4> w,
                        std::span<const S> bias, Maps<S> y, Index first_channel) {
    using T = Tile<S>;
    const Workspace::Frame frame(c.workspace());
    const Positions positions{y.extent(2), y.extent(3)};
    const Index count = y.extent(0) * positions.plane(), outputs = w.extent(3), terms = w.size() / outputs;
    if (count == 0) return;
    const Index kernel_step = T::whole_rows(outputs);
    const S* kernel = w.data;
    if (kernel_step != outputs) {
        S* const filled = c.workspace().template take<S>(terms * kernel_step);
        copy_filled_up(w.data, outputs, terms, outputs, filled, terms, kernel_step);
        kernel = filled;
    }
    // items: tiles of positions, groups of output channels
    const Index enough = 4 * c.threads();
    const Index columns = T::columns_of_an_item(count, enough), tiles = (count + columns - 1) / columns;
    const Index blocks = (outputs + T::rows - 1) / T::rows, groups = std::min(blocks, (enough + tiles - 1) / tiles);
    const Index group_rows = (blocks + groups - 1) / groups * T::rows;
    parallel_for_with_scratch(c, tiles * groups, (T::depth + group_rows) * columns, [&](Index item, S* patches) {
        const Index o0 = item % groups * group_rows, channels = std::min(group_rows, outputs - o0);
        if (channels <= 0) return;
        const Index first = item / groups * columns, real = std::min(columns, count - first);
        const Index filled = T::whole_columns(real);
        S* const sums = patches + T::depth * columns;  // (channels, columns)
        std::fill_n(sums, T::whole_rows(channels) * columns, S(0));
        for (Index k = 0; k < terms; k += T::depth) {
            const Index depth = std::min<Index>(T::depth, terms - k);
            window_patches(window, x, positions, k, depth, first, real, patches, columns);
            for (Index i = 0; i < depth && real < filled; ++i)
                std::fill_n(patches + i * columns + real, filled - real, S(0));
            for (Index o = 0; o < channels; o += T::rows)
                add_product<Eigen::ColMajor, Eigen::RowMajor>(
                    {T::whole_rows(std::min<Index>(T::rows, channels - o)), filled, depth},
                    kernel + k * kernel_step + o0 + o, kernel_step, static_cast<const S*>(patches), columns,
                    sums + o * columns, columns);
        }
        for (Index o = 0; o < channels; ++o)
            for (Index i = 0; i < real;) {  // a part of one picture
                const Index n = (first + i) / positions.plane(), at = (first + i) % positions.plane();
                const Index here = std::min(real - i, positions.plane() - at);
                S* const to = y.data + (n * y.extent(1) + first_channel + o0 + o) * positions.plane() + at;
                const S* const from = sums + o * columns + i;
                const S shift = bias[static_cast<std::size_t>(o0 + o)];
                for (Index p = 0; p < here; ++p) to[p] = ops::rectified(from[p] + shift);
                i += here;
            }
    });
}

}  // namespace stylegan::ops::eigen
