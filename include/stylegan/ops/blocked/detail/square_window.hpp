// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/blocked/detail/direct_window.hpp>
#include <stylegan/ops/winograd/correlate.hpp>

#include <algorithm>

#include <stylegan/device/gcc_unroll_begin.hpp>

namespace stylegan::ops::blocked {

/// Reads feature maps in blocks for winograd::correlate_into().
struct BlockedPixels {
    BlockedMaps<const float> x;
    Index pad_height, pad_width;

    [[nodiscard]] Index blocks() const { return x.blocks; }

    template <class Form>
    void transform(const winograd::Region& region, Index block, const winograd::Spectrum& to, float* v) const {
        using Tiles = winograd::InputTiles<Form>;
        constexpr int reach = Tiles::reach;
        static constexpr float nothing[lanes] = {};
        float* to_row = v + block * to.block_step;
        for (Index n = 0; n < region.pictures; ++n)
            for (Index row = 0; row < region.rows; ++row, to_row += region.columns * lanes) {
                const float* line[reach];
                Index step[reach];
                for (int i = 0; i < reach; ++i) {
                    const Index at = (region.row + row) * Tiles::step - pad_height + i;
                    const bool exists = at >= 0 && at < x.height;
                    line[i] = exists ? x.at(region.picture + n, block, at) : nothing;
                    step[i] = exists ? lanes : 0;
                }
                winograd::transform_row<Tiles>(region.column * Tiles::step - pad_width, region.columns, x.width, to,
                                               to_row, [&](Index k, Vector* d) {
#pragma GCC unroll 16
                                                   for (int i = 0; i < reach; ++i)
                                                       d[i] = load<Vector>(line[i] + k * step[i]);
                                               });
            }
    }
};

/// Stores the results of the form in blocks, after bias and ReLU.
template <class Form>
struct BlockedStore {
    BlockedMaps<float> y;
    const float* bias;
    bool streamed = false;

    [[nodiscard]] Index blocks() const { return y.blocks; }
    void begin(Index, Index, Index, Index) const {}
    void end(Index, Index, Index, Index) const {}

    void tiles(const float* m, winograd::ProductSteps step, const winograd::Region& region, Index first,
               Index last) const {
        constexpr int size = Form::size;
        for (Index n = 0; n < region.pictures; ++n)
            for (Index row = 0; row < region.rows; ++row) {
                const Index top = (region.row + row) * size, high = std::min<Index>(size, y.height - top);
                for (Index j = first; j < last; ++j) {
                    const float* from =
                        m + (j - first) * step.vector + (n * region.rows + row) * region.columns * lanes;
                    const Vector shift = load<Vector>(bias + j * lanes);
                    for (Index column = 0; column < region.columns; ++column, from += lanes) {
                        const Index left = (region.column + column) * size,
                                    wide = std::min<Index>(size, y.width - left);
                        Vector rows[size][Form::products];
                        winograd::transform_columns_back<Form>(from, step.product, rows);
                        for (Index i = 0; i < high; ++i) {
                            Vector t[size];
                            Form::output(rows[i], t);
                            float* const to = y.at(region.picture + n, j, top + i, left);
#pragma GCC unroll 8
                            for (int p = 0; p < size; ++p)
                                if (p < wide) store(to + p * lanes, rectified(t[p] + shift));
                        }
                    }
                }
            }
    }
};

/// Method::square
inline void square_window(Context<Cpu>& c, const WindowCall& call, View<const float, 4> w, BlockedMaps<const float> x,
                          BlockedMaps<float> y) {
    using Form = winograd::Same4;
    const winograd::Plan<Form> plan(y.batch, call.kernel.inputs, call.kernel.outputs, y.height, y.width, y.batch);
    const KernelReading reading{.grid = Grid::same, .turned = false, .transposed = false};
    correlate_into(c, reading, BlockedPixels{x, call.kernel.window.pad_height, call.kernel.window.pad_width}, w, plan,
                   BlockedStore<Form>{y, call.bias});
}

}  // namespace stylegan::ops::blocked

#include <stylegan/device/gcc_unroll_end.hpp>
