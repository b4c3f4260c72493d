// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/transpose.hpp>
#include <stylegan/ops/winograd_forms.hpp>

#include <algorithm>

#if defined(__CUDACC__)  // nvcc's own parser does not know `#pragma GCC unroll`; g++, to which it hands this on, does
#pragma nv_diagnostic push
#pragma nv_diag_suppress 1675
#endif

namespace stylegan::ops::winograd {

/// Tiles that are transformed together: all those of several pictures, or a rectangle of those of one.
struct Region {
    Index picture, pictures, row, rows, column, columns;

    [[nodiscard]] Index tiles() const { return pictures * rows * columns; }
};

/// A batch's tiles, cut into regions of about `most` tiles.
struct Regions {
    Index batch, tile_rows, tile_columns;  ///< tiles of a picture
    Index pictures, rows, columns;         ///< of a region
    Index down, across;                    ///< regions of a picture

    Regions(Index n, Index height, Index width, Index tile, Index most)
        : batch(n), tile_rows((height + tile - 1) / tile), tile_columns((width + tile - 1) / tile) {
        constexpr Index widest = 32;  // longer rows of pixels would not stay in the first-level cache
        const auto equal = [](Index all, Index part) {
            const Index parts = (all + part - 1) / part;
            return (all + parts - 1) / parts;
        };
        const bool whole = most >= tile_rows * tile_columns;
        pictures = whole ? std::clamp<Index>(most / (tile_rows * tile_columns), 1, std::max<Index>(n, 1)) : 1;
        columns = whole ? tile_columns : equal(tile_columns, std::clamp<Index>(most, 1, widest));
        rows = whole ? tile_rows : equal(tile_rows, std::clamp<Index>(most / columns, 1, tile_rows));
        down = (tile_rows + rows - 1) / rows;
        across = (tile_columns + columns - 1) / columns;
    }

    [[nodiscard]] Index count() const { return (batch + pictures - 1) / pictures * down * across; }
    [[nodiscard]] Index most() const { return pictures * rows * columns; }

    [[nodiscard]] Region operator()(Index item) const {
        const Index n = item / (down * across) * pictures, row = item / across % down * rows,
                    column = item % across * columns;
        return {n,      std::min(pictures, batch - n),           row, std::min(rows, tile_rows - row),
                column, std::min(columns, tile_columns - column)};
    }
};

/// Where transformed tiles lie: value (point, tile, channel) at point * point_step + tile * pitch + channel.
struct Spectrum {
    Index pitch, point_step;

    Spectrum(Index tiles, Index channels) : pitch(odd_lines(channels)), point_step(odd_lines(tiles * pitch)) {}
};

/// The tiles of the picture that is read, and of the gradient with respect to the one that was computed.
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

/// Values of scratch memory that transform_tiles needs for a region of so many rows and columns of tiles.
template <class Tiles>
[[nodiscard]] Index transform_scratch(Index rows, Index columns) {
    const Index wide = (columns - 1) * Tiles::step + Tiles::reach, high = (rows - 1) * Tiles::step + Tiles::reach;
    return wide * (high + Tiles::points) * lanes;
}

/// The pixels that transform_tiles reads, and where the part of them lies that is in the picture.
template <class Tiles>
struct Pixels {
    Index x0, y0, wide, high;        ///< of all tiles together, with what lies outside
    Index left, right, top, bottom;  ///< [left, right) x [top, bottom) are in the picture

    Pixels(Maps<const float> x, const Region& r)
        : x0(r.column * Tiles::step - Tiles::border),
          y0(r.row * Tiles::step - Tiles::border),
          wide((r.columns - 1) * Tiles::step + Tiles::reach),
          high((r.rows - 1) * Tiles::step + Tiles::reach),
          left(std::max<Index>(x0, 0)),
          right(std::min(x.extent(3), x0 + wide)),
          top(std::max<Index>(y0, 0)),
          bottom(std::min(x.extent(2), y0 + high)) {}
};

/// Tiles that are transformed soon: their pixels are asked for while others are computed with.
struct Next {
    Region region{};  ///< none if empty
    Index channel = 0;
};

/// Asks for the pixels of part `part` of `parts` of the rows.
template <class Tiles>
[[gnu::always_inline]] inline void prefetch_pixels(Maps<const float> x, const Next& next, Index part, Index parts) {
    const Pixels<Tiles> p(x, next.region);
    const Index rows = p.bottom - p.top, channels = std::min<Index>(lanes, x.extent(1) - next.channel);
    for (Index c = 0; c < channels; ++c) {
        const float* const plane =
            x.data + ((next.region.picture * x.extent(1) + next.channel + c) * x.extent(2) + p.top) * x.extent(3);
        for (Index y = rows * part / parts; y < rows * (part + 1) / parts; ++y)
            for (Index i = p.left; i < p.right; i += gemm::cache_line)
                __builtin_prefetch(plane + y * x.extent(3) + i, 0, 2);
    }
}

/// Transforms the tiles of a region, `lanes` channels of them, beginning with `channel`. What lies outside of the picture, and
/// channels that it does not have, are zeros.
/// @param x  (N, C, H, W)
/// @param v    values of the region's first tile, as `to` says
/// @param next what will be transformed next
template <class Tiles>
void transform_tiles(Maps<const float> x, const Region& region, Index channel, const Spectrum& to, float* v,
                     float* scratch, const Next& next = {}) {
    constexpr int reach = Tiles::reach, points = Tiles::points;
    static constexpr float nothing[lanes] = {};
    const Pixels<Tiles> p(x, region);
    const Index apart = to.point_step, width = x.extent(3), plane = x.extent(2) * width, read = p.right - p.left,
                rows = p.bottom - p.top;
    const Index real = std::min<Index>(lanes, x.extent(1) - channel);
    float* const pixels = scratch;  // (rows, read, lanes)
    float* const columns =
        scratch + p.wide * p.high * lanes;  // (wide, points, lanes): pixels transformed along columns
    float* const inside = columns + (p.left - p.x0) * points * lanes;
    if (real < lanes) std::fill_n(pixels, rows * read * lanes, 0.0f);
    std::fill(columns, inside, 0.0f);
    std::fill(inside + read * points * lanes, columns + p.wide * points * lanes, 0.0f);

    for (Index n = 0; n < region.pictures; ++n) {
        const float* const from =
            x.data + ((region.picture + n) * x.extent(1) + channel) * plane + p.top * width + p.left;
        if (read == width)
            transpose(real, rows * width, from, plane, pixels, lanes);
        else
            for (Index y = 0; y < rows; ++y)
                transpose(real, read, from + y * width, plane, pixels + y * read * lanes, lanes);
        for (Index row = 0; row < region.rows; ++row) {
            if (n == 0 && next.region.pictures > 0) prefetch_pixels<Tiles>(x, next, row, region.rows);
            const float* line[reach];
            Index step[reach];
            for (int i = 0; i < reach; ++i) {
                const Index y = p.y0 + row * Tiles::step + i;
                const bool exists = y >= p.top && y < p.bottom;
                line[i] = exists ? pixels + (y - p.top) * read * lanes : nothing;
                step[i] = exists ? lanes : 0;
            }
            for (Index k = 0; k < read; ++k) {
                Vector d[reach], t[points];
#pragma GCC unroll 16
                for (int i = 0; i < reach; ++i) d[i] = load<Vector>(line[i] + k * step[i]);
                Tiles::apply(d, t);
#pragma GCC unroll 16
                for (int i = 0; i < points; ++i) store(inside + (k * points + i) * lanes, t[i]);
            }
            float* tile = v + (n * region.rows + row) * region.columns * to.pitch + channel;
            for (Index column = 0; column < region.columns; ++column, tile += to.pitch)
                for (Index i = 0; i < points; ++i) {
                    Vector d[reach], t[points];
#pragma GCC unroll 16
                    for (int j = 0; j < reach; ++j)
                        d[j] = load<Vector>(columns + ((column * Tiles::step + j) * points + i) * lanes);
                    Tiles::apply(d, t);
#pragma GCC unroll 16
                    for (int j = 0; j < points; ++j) store(tile + (i * points + j) * apart, t[j]);
                }
        }
    }
}

/// Values of scratch memory that store_results needs for a region of so many columns of tiles.
template <class Form>
[[nodiscard]] Index store_scratch(Index columns) {
    return columns * Form::size * Form::size * lanes;
}

/// y = A m A^T for the tiles of a region and `count` <= gemm::panel channels of y, beginning with `channel`.
/// @param m  (products^2, tiles, gemm::panel), products `step` values apart
/// @param y  (N, C, H, W)
template <class Form>
void store_results(const float* m, Index step, const Region& region, Index channel, Index count, Maps<float> y,
                   float* scratch) {
    constexpr int size = Form::size, products = Form::products;
    const Index height = y.extent(2), width = y.extent(3), plane = height * width;
    const Index left = region.column * size, wide = std::min(region.columns * size, width - left);
    for (Index n = 0; n < region.pictures; ++n)
        for (Index row = 0; row < region.rows; ++row) {
            const Index top = (region.row + row) * size, high = std::min<Index>(size, height - top);
            for (Index j = 0; j < count; j += lanes) {
                const float* from = m + (n * region.rows + row) * region.columns * gemm::panel + j;
                for (Index column = 0; column < region.columns; ++column, from += gemm::panel) {
                    Vector rows[size][products];
#pragma GCC unroll 16
                    for (int q = 0; q < products; ++q) {
                        Vector d[products], t[size];
#pragma GCC unroll 16
                        for (int i = 0; i < products; ++i) d[i] = load<Vector>(from + (i * products + q) * step);
                        Form::output(d, t);
#pragma GCC unroll 16
                        for (int i = 0; i < size; ++i) rows[i][q] = t[i];
                    }
                    const Index pixels = std::min<Index>(size, wide - column * size);
                    for (Index i = 0; i < high; ++i) {
                        Vector t[size];
                        Form::output(rows[i], t);
                        float* const at = scratch + (i * wide + column * size) * lanes;
                        if (pixels == size)
#pragma GCC unroll 16
                            for (int p = 0; p < size; ++p) store(at + p * lanes, t[p]);
                        else
                            for (Index p = 0; p < pixels; ++p) store(at + p * lanes, t[p]);
                    }
                }
                const Index real = std::min<Index>(lanes, count - j);
                float* const to =
                    y.data + ((region.picture + n) * y.extent(1) + channel + j) * plane + top * width + left;
                if (wide == width)
                    transpose(high * wide, real, scratch, lanes, to, plane);
                else
                    for (Index i = 0; i < high; ++i)
                        transpose(wide, real, scratch + i * wide * lanes, lanes, to + i * width, plane);
            }
        }
}

}  // namespace stylegan::ops::winograd

#if defined(__CUDACC__)
#pragma nv_diagnostic pop
#endif
