// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/channels/channel_moments.hpp>
#include <stylegan/ops/styled/blocked_maps.hpp>
#include <stylegan/ops/styled/layer_store.hpp>
#include <stylegan/ops/winograd/tiles.hpp>

#include <algorithm>

#include <stylegan/device/gcc_unroll_begin.hpp>

namespace stylegan::ops::winograd {

/// Stores a layer's results blurred by the filter (1, middle, 1) in both directions, with zeros outside of the picture.
/// The filter's own factor is part of the convolution's.
///
/// A tile's blurred pixels reach one pixel beyond it on each side, where they add up with those of its neighbours. So a
/// tile stores the 8x8 pixels one further up and `hold` further left, which are complete, and passes the rest down and
/// to the right. Rows are passed down before they are transformed along the row. Between two bands they wait until both
/// are done.
template <class Form>
struct BlurredLayerStore : LayerOutput {
    static constexpr int size = Form::size, products = Form::products;
    /// Pixels of a cache line, so that whole lines are stored; fewer with small tiles, because a tile may store only
    /// its own pixels.
    static constexpr int hold = std::min(64 / vector_bytes, size / 2);
    static constexpr Index passed = 2 * products * lanes;  ///< values that a tile passes down

    float middle;
    float *down, *up;  ///< (N, bands, blocks, tile columns, passed): passed to the next band, and to the previous one
    float* edges;      ///< (N, bands, blocks, size, hold + 1): what the rows of a tile pass to the tile on the right

    /// Values of `down`, and of `up`.
    [[nodiscard]] static Index handed(const Bands& cut, Index blocks) {
        return cut.batch * cut.bands * blocks * cut.tile_columns * passed;
    }
    [[nodiscard]] static Index edge_values(const Bands& cut, Index blocks) {
        return cut.batch * cut.bands * blocks * size * (hold + 1) * lanes;
    }

    /// Before the first region of a band, of blocks [first, last).
    void begin(Index n, Index band, Index first, Index last) const {
        if (band == 0)
            for (Index j = first; j < last; ++j) std::fill_n(at(down, n, 0, j, 0), cut.tile_columns * passed, 0.0f);
    }

    /// @param m  products of blocks [first, last), at most gemm::vectors
    void tiles(const float* m, ProductSteps step, const Region& region, Index first, Index last) const {
        const Index n = region.picture, band = region.row / cut.band;
        for (Index j = first; j < last; ++j) {
            const Block b = block(j);
            for (Index row = 0; row < region.rows; ++row) {
                const Index r = region.row + row, top = r * size;
                const int high = static_cast<int>(std::min<Index>(size, y.height - top));
                const bool from_above = r == 0 || r > band * cut.band;
                const int rows = high < size ? high + 1 : size, begin = r == 0 ? 1 : from_above ? 0 : 2;
                MomentGroup group;
                const float* from = m + (j - first) * step.vector + row * region.columns * lanes;
                for (Index k = 0; k < region.columns; ++k, from += lanes) {
                    const Index column = region.column + k;
                    Vector t[size + 2][products];
                    blurred_columns(from, step.product, high, t);
                    hand_down(t, from_above, at(from_above ? down : up, n, band, j, column),
                              at(down, n, band, j, column));
                    for (int i = begin; i < rows; ++i)
                        row_of_tile(t[i], n, j, top - 1 + i, column, edge(n, band, j, i), b, group);
                }
                group.flush(moments_of(n, 2 * band, j));
            }
        }
    }

    /// After the last region of a band: the last row of the picture, if it was passed down.
    void end(Index n, Index band, Index first, Index last) const {
        if (band + 1 == cut.bands && y.height == cut.tile_rows * size)
            for (Index j = first; j < last; ++j) handed_rows(n, band, j, y.height - 1, 1, moments_of(n, 2 * band, j));
    }

    /// The two rows between a band and the next one, when both are done.
    void between(Index n, Index band, Index j) const {
        handed_rows(n, band, j, (band + 1) * cut.band * size - 1, 2, moments_of(n, 2 * band + 1, j));
    }

private:
    [[nodiscard]] float* at(float* array, Index n, Index band, Index j, Index column) const {
        return array + (((n * cut.bands + band) * y.blocks() + j) * cut.tile_columns + column) * passed;
    }
    [[nodiscard]] float* edge(Index n, Index band, Index j, int row) const {
        return edges + (((n * cut.bands + band) * y.blocks() + j) * size + row) * (hold + 1) * lanes;
    }

    template <int Out>
    [[gnu::always_inline]] void blurred(const Vector (&o)[size], Vector (&h)[Out]) const {
        static_assert(Out == size + 2);
        h[0] = o[0];
        h[1] = middle * o[0] + o[1];
#pragma GCC unroll 8
        for (int i = 1; i < size - 1; ++i) h[i + 1] = (o[i - 1] + o[i + 1]) + middle * o[i];
        h[size] = o[size - 2] + middle * o[size - 1];
        h[size + 1] = o[size - 1];
    }

    /// A tile's products, transformed back along columns and blurred along them: row i of t is pixel row i - 1 of the
    /// tile.
    /// @param high  rows of the tile that lie in the picture
    [[gnu::always_inline]] void blurred_columns(const float* from, Index step, int high,
                                                Vector (&t)[size + 2][products]) const {
#pragma GCC unroll 16
        for (int q = 0; q < products; ++q) {
            Vector d[products], o[size], h[size + 2];
#pragma GCC unroll 16
            for (int i = 0; i < products; ++i) d[i] = load<Vector>(from + (i * products + q) * step);
            Form::output(d, o);
            if (high < size)
                for (int i = high; i < size; ++i) o[i] = Vector{};
            blurred(o, h);
#pragma GCC unroll 16
            for (int i = 0; i < size + 2; ++i) t[i][q] = h[i];
        }
    }

    /// Adds the two rows that the tile above passed down, or keeps the first two rows for the band above; passes the
    /// last two rows down.
    /// @param kept  `hand` if from_above
    [[gnu::always_inline]] void hand_down(Vector (&t)[size + 2][products], bool from_above, float* kept,
                                          float* hand) const {
        for (int i = 0; i < 2; ++i)
#pragma GCC unroll 16
            for (int q = 0; q < products; ++q) {
                float* const p = kept + (i * products + q) * lanes;
                if (from_above)
                    t[i][q] += load<Vector>(p);
                else
                    store(p, t[i][q]);
                store(hand + (i * products + q) * lanes, t[size + i][q]);
            }
    }

    /// Finishes rows [first, first + count) of a picture that were passed down, and up if there are two.
    void handed_rows(Index n, Index band, Index j, Index first, int count, ChannelMoments& all) const {
        const Block b = block(j);
        MomentGroup group;
        for (Index column = 0; column < cut.tile_columns; ++column) {
            const float* const above = at(down, n, band, j, column);
            const float* const below = count > 1 ? at(up, n, band + 1, j, column) : nullptr;
            for (int i = 0; i < count; ++i) {
                Vector t[products];
                for (int q = 0; q < products; ++q) {
                    t[q] = load<Vector>(above + (i * products + q) * lanes);
                    if (below) t[q] += load<Vector>(below + (i * products + q) * lanes);
                }
                row_of_tile(t, n, j, first + i, column, edge(n, band, j, i), b, group);
            }
            if (group.count > 1000) {
                group.flush(all);
                group = {};
            }
        }
        group.flush(all);
    }

    /// Transforms, blurs and stores one row of a tile.
    /// @param t     products along the row
    /// @param edge  passed from the tile on the left: hold + 1 pixels, of which the last two are not yet complete
    [[gnu::always_inline]] void row_of_tile(const Vector (&t)[products], Index n, Index j, Index row, Index column,
                                            float* edge, const Block& b, MomentGroup& group) const {
        const Index x = column * size, left = x - hold;
        Vector o[size], h[size + 2], v[size];
        Form::output(t, o);
        if (y.width - x < size)
            for (Index i = y.width - x; i < size; ++i) o[i] = Vector{};
        blurred(o, h);
        const bool first = column == 0;
#pragma GCC unroll 8
        for (int i = 0; i < size; ++i) {
            v[i] = i < hold - 1 ? Vector{} : h[i - hold + 1 < 0 ? 0 : i - hold + 1];
            if (i <= hold && !first) v[i] += load<Vector>(edge + i * lanes);
        }
#pragma GCC unroll 8
        for (int i = 0; i <= hold; ++i) store(edge + i * lanes, h[size + 1 - hold + i]);
        const float* const noise_row = noise(n, row);
        float* const to = y.row(n, j, row);
        put(v, b, noise_row + left, to + left * lanes, group, first ? hold : 0,
            static_cast<int>(std::min<Index>(size, y.width - left)));
        if (column + 1 == cut.tile_columns) {
            Vector rest[hold];
            for (int i = 0; i < hold; ++i) rest[i] = load<Vector>(edge + i * lanes);
            put(rest, b, noise_row + left + size, to + (left + size) * lanes, group, 0,
                static_cast<int>(std::clamp<Index>(y.width - left - size, 0, hold)));
        }
    }
};

}  // namespace stylegan::ops::winograd

#include <stylegan/device/gcc_unroll_end.hpp>
