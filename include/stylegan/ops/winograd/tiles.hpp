// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/vector/transpose.hpp>
#include <stylegan/ops/winograd/forms.hpp>

#include <algorithm>

#include <stylegan/device/gcc_unroll_begin.hpp>

namespace stylegan::ops::winograd {

inline constexpr Index larger_than_caches = Index{3} << 20;  ///< values

/// Tiles that are transformed together: all tiles of several pictures, or a rectangle of tiles of one.
struct Region {
    Index picture, pictures, row, rows, column, columns;

    [[nodiscard]] Index tiles() const { return pictures * rows * columns; }
};

/// The partition of the tiles of a batch. A picture is cut into bands of whole rows of tiles, the unit of work of a
/// thread; a band is processed region by region. The partition does not depend on the number of threads, nor on the
/// batch, unless small pictures share a region.
struct Bands {
    Index batch, tile_rows, tile_columns;
    Index columns, across;  ///< columns of a region; regions side by side
    Index rows;             ///< rows of a region: 1 if there are regions side by side
    Index band, bands;      ///< rows of a band; bands of a picture
    Index pictures;         ///< of a region; more than one only if it contains all their tiles

    /// @param most      approximate number of tiles of a region
    /// @param whole     a picture is one band, and a region has tiles of one picture only
    /// @param together  the most pictures of a region
    Bands(Index n, Index height, Index width, Index tile, Index most, bool whole, Index together)
        : batch(n), tile_rows((height + tile - 1) / tile), tile_columns((width + tile - 1) / tile) {
        constexpr Index widest = 32, least_band = 4, most_bands = 16;
        across = parts(tile_columns, std::clamp<Index>(most, 1, widest));
        columns = parts(tile_columns, across);
        across = parts(tile_columns, columns);
        pictures = whole ? 1 : std::clamp<Index>(most / tiles(), 1, together);
        band =
            whole || pictures > 1 ? tile_rows : std::min(tile_rows, std::max(least_band, parts(tile_rows, most_bands)));
        bands = parts(tile_rows, band);
        rows = across > 1 ? 1 : std::clamp<Index>(most / columns, 1, band);
    }

    [[nodiscard]] Index tiles() const { return tile_rows * tile_columns; }
    [[nodiscard]] Index most() const { return pictures * rows * columns; }
    [[nodiscard]] Index groups() const { return parts(batch, pictures); }  ///< of pictures

    /// Calls f(region) for each region of a band, row by row.
    template <class F>
    void for_each(Index picture, Index which, const F& f) const {
        const Index end = std::min(tile_rows, (which + 1) * band), count = std::min(pictures, batch - picture);
        for (Index row = which * band; row < end; row += rows)
            for (Index column = 0; column < tile_columns; column += columns)
                f(Region{picture, count, row, std::min(rows, end - row), column,
                         std::min(columns, tile_columns - column)});
    }

private:
    static Index parts(Index all, Index part) { return (all + part - 1) / part; }
};

/// The layout of transformed tiles: value (point, tile, channel) is at
/// point * point_step + channel / lanes * block_step + tile * lanes + channel % lanes. The transform of a block and the
/// products thus access memory in order, tile after tile.
struct Spectrum {
    Index block_step, point_step;

    Spectrum(Index tiles, Index channels)
        : block_step(odd_lines(tiles * lanes)), point_step(odd_lines((channels + lanes - 1) / lanes * block_step)) {}
};

/// The layout of products: value (p, v, tile, lane) is at p * product + v * vector + tile * lanes + lane.
struct ProductSteps {
    Index product, vector;
};

/// Tiles of the input x, and of the gradient dy of the result.
template <class Form>
struct InputTiles {
    static constexpr int border = 1, step = Form::step, reach = Form::reach, points = Form::points;
    static void apply(const Vector* d, Vector* v) { Form::input(d, v); }
};
template <class Form>
struct ResultTiles {
    static constexpr int border = 0, step = Form::size, reach = Form::size, points = Form::products;
    static void apply(const Vector* dy, Vector* z) { Form::output_transposed(dy, z); }
};

/// Transforms a row of tiles of one block of channels, with zeros beside the picture.
/// @param x0      first column of the first tile
/// @param width   of the picture
/// @param v       values of the row's first tile, laid out as `to` says
/// @param column  column(x, d) reads the row's pixels of column x, from left to right
template <class Tiles, class Column>
[[gnu::always_inline]] inline void transform_row(Index x0, Index tiles, Index width, const Spectrum& to, float* v,
                                                 const Column& column) {
    constexpr int reach = Tiles::reach, points = Tiles::points, step = Tiles::step, kept = reach - step;
    constexpr Index together = 4;       // tiles whose column-transformed pixels fit the L1 cache
    const Index apart = to.point_step;  // a local copy: stores cannot alias it
    alignas(64) float columns[(together * step + kept) * points * lanes];  // pixels transformed along columns
    const auto transformed = [&](Index k, float* at) {
        Vector t[points] = {};
        if (x0 + k >= 0 && x0 + k < width) {
            Vector d[reach];
            column(x0 + k, d);
            Tiles::apply(d, t);
        }
#pragma GCC unroll 16
        for (int i = 0; i < points; ++i) store(at + i * lanes, t[i]);
    };
    for (Index k = 0; k < kept; ++k) transformed(k, columns + k * points * lanes);
    for (Index first = 0; first < tiles; first += together) {
        const Index count = std::min(together, tiles - first);
        for (Index k = 0; k < count * step; ++k)
            transformed(first * step + kept + k, columns + (kept + k) * points * lanes);
        for (Index c = 0; c < count; ++c, v += lanes)
            for (Index i = 0; i < points; ++i) {
                Vector d[reach], t[points];
#pragma GCC unroll 16
                for (int j = 0; j < reach; ++j) d[j] = load<Vector>(columns + ((c * step + j) * points + i) * lanes);
                Tiles::apply(d, t);
#pragma GCC unroll 16
                for (int j = 0; j < points; ++j) store(v + (i * points + j) * apart, t[j]);
            }
        std::copy_n(columns + count * step * points * lanes, kept * points * lanes, columns);
    }
}

/// Transforms one block of channels of the tiles of a region. Pixels outside of the picture, and missing channels, are
/// zeros.
/// @param x  (N, C, H, W)
/// @param v  values of the region's first tile, laid out as `to` says
template <class Tiles>
void transform_tiles(Maps<const float> x, const Region& region, Index block, const Spectrum& to, float* v) {
    constexpr int reach = Tiles::reach;
    static constexpr float nothing[lanes] = {};
    const Index channel = block * lanes, width = x.extent(3), plane = x.extent(2) * width;
    const Index real = std::min<Index>(lanes, x.extent(1) - channel);
    const bool more = x.extent(1) - channel > lanes;
    alignas(64) float pixels[reach * lanes * lanes];  // (reach, lanes columns, lanes channels)
    if (real < lanes) std::fill_n(pixels, reach * lanes * lanes, 0.0f);
    float* to_row = v + block * to.block_step;
    for (Index n = 0; n < region.pictures; ++n)
        for (Index row = 0; row < region.rows; ++row, to_row += region.columns * lanes) {
            const float *from[reach], *line[reach];
            Index step[reach];
            for (int i = 0; i < reach; ++i) {
                const Index y = (region.row + row) * Tiles::step - Tiles::border + i;
                const bool exists = y >= 0 && y < x.extent(2);
                from[i] =
                    exists ? x.data + ((region.picture + n) * x.extent(1) + channel) * plane + y * width : nullptr;
                line[i] = exists ? pixels + i * lanes * lanes : nothing;
                step[i] = exists ? lanes : 0;
            }
            Index begin = 0, end = 0;  // columns in `pixels`
            const auto column = [&](Index k, Vector* d) {
                if (k >= end) {
                    begin = k / lanes * lanes;
                    end = std::min(begin + lanes, width);
                    for (int i = 0; i < reach; ++i) {
                        if (!from[i]) continue;
                        if (more)  // the hardware does not prefetch the rows of the next block
                            for (Index j = 0; j < lanes; ++j)
                                __builtin_prefetch(from[i] + (lanes + j) * plane + begin, 0, 2);
                        transpose(real, end - begin, from[i] + begin, plane, pixels + i * lanes * lanes, lanes);
                    }
                }
#pragma GCC unroll 16
                for (int i = 0; i < reach; ++i) d[i] = load<Vector>(line[i] + (k - begin) * step[i]);
            };
            transform_row<Tiles>(region.column * Tiles::step - Tiles::border, region.columns, width, to, to_row,
                                 column);
        }
}

/// Transforms the products of a tile back along columns.
/// @param from  products of the tile, `step` values apart
template <class Form>
[[gnu::always_inline]] inline void transform_columns_back(const float* from, Index step,
                                                          Vector (&rows)[Form::size][Form::products]) {
    constexpr int size = Form::size, products = Form::products;
#pragma GCC unroll 16
    for (int q = 0; q < products; ++q) {
        Vector d[products], t[size];
#pragma GCC unroll 16
        for (int i = 0; i < products; ++i) d[i] = load<Vector>(from + (i * products + q) * step);
        Form::output(d, t);
#pragma GCC unroll 16
        for (int i = 0; i < size; ++i) rows[i][q] = t[i];
    }
}

}  // namespace stylegan::ops::winograd

#include <stylegan/device/gcc_unroll_end.hpp>
