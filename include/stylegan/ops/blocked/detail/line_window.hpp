// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/blocked/detail/direct_window.hpp>
#include <stylegan/ops/blocked/line_form.hpp>

#include <algorithm>

#include <stylegan/device/gcc_unroll_begin.hpp>

namespace stylegan::ops::blocked {

/// The tiles of a form on the results, and how they are shared. Along is the axis of the form, across the other. Tiles
/// of a picture are in rows of the picture: (rows read, tiles of a row) along x, (tiles of a column, columns) along y.
struct LineTiles {
    Index lines;     ///< rows of tiles of a picture
    Index per_line;  ///< tiles of a row
    Index band, bands;
    Index pictures, groups;  ///< pictures of a group; only where a band is a picture
    Index halo;              ///< rows of tiles read beyond those of the band

    LineTiles(const Context<Cpu>& c, Index batch, Index all, Index across, Index more, Index tile_values)
        : lines(all), per_line(across), halo(more) {
        constexpr Index budget = Index{1} << 17;  // values of transformed tiles
        const Index most = std::max<Index>(budget / tile_values, 1), threads = c.threads();
        const Index wanted = std::max((all * across + most - 1) / most, (2 * threads + batch - 1) / batch);
        band = (all + std::min(wanted, all) - 1) / std::min(wanted, all);
        bands = (all + band - 1) / band;
        pictures = bands > 1 ? 1 : std::clamp<Index>(most / (all * across), 1, (batch + threads - 1) / threads);
        groups = (batch + pictures - 1) / pictures;
    }

    [[nodiscard]] Index of_picture() const { return (band + halo) * per_line; }
    [[nodiscard]] Index most() const { return pictures * of_picture(); }
};

/// Transforms tiles of one block of one picture.
/// @param x       value of pixel (along, across) is x[along * along_step + across * across_step]
/// @param first   pixel along of the first tile; those outside of [0, length) are zeros
/// @param v       tile (k, j) of point i is v[i * point_step + k * tile_step + j * other_step], k along, j across
template <class Form>
void transform_line(const float* x, Index first, Index length, Index along_step, Index tiles, float* v,
                    Index point_step, Index tile_step) {
    for (Index k = 0; k < tiles; ++k, first += Form::size, v += tile_step) {
        Vector d[Form::reach], t[Form::reach];
#pragma GCC unroll 16
        for (int i = 0; i < Form::reach; ++i) {
            const Index at = first + i;
            d[i] = at >= 0 && at < length ? load<Vector>(x + at * along_step) : Vector{};
        }
        Form::input(d, t);
#pragma GCC unroll 16
        for (int i = 0; i < Form::reach; ++i) store(v + i * point_step, t[i]);
    }
}

/// Transforms back the tiles of one line of one block.
/// @param m      tile k of point i is m[i * point_step + k * tile_step]
/// @param y      pixel p is y[p * along_step], p < length
template <class Form>
void transform_line_back(const float* m, Index point_step, Index tile_step, Index tiles, const float* bias, float* y,
                         Index along_step, Index length) {
    const Vector shift = load<Vector>(bias);
    for (Index k = 0; k < tiles; ++k, m += tile_step) {
        Vector d[Form::reach], t[Form::size];
#pragma GCC unroll 16
        for (int i = 0; i < Form::reach; ++i) d[i] = load<Vector>(m + i * point_step);
        Form::output(d, t);
#pragma GCC unroll 8
        for (int p = 0; p < Form::size; ++p)
            if (k * Form::size + p < length) store(y + (k * Form::size + p) * along_step, rectified(t[p] + shift));
    }
}

/// A call of Method::line_x (along rows) or Method::line_y.
template <class Form, bool X>
struct LineWork {
    const WindowCall& call;
    BlockedMaps<const float> x;
    BlockedMaps<float> y;
    LineTiles cut;
    Index v_plane, v_step, m_step;  ///< values from block to block, and from point to point

    LineWork(const Context<Cpu>& c, const WindowCall& of, BlockedMaps<const float> in, BlockedMaps<float> out)
        : call(of),
          x(in),
          y(out),
          cut(c, x.batch, X ? y.height : tiles_of(y.height), X ? tiles_of(y.width) : y.width,
              X ? of.kernel.window.height - 1 : 0, Form::reach * x.blocks * lanes),
          // an odd number of cache lines: points do not map to the same cache sets
          v_plane((cut.most() | 1) * lanes),
          v_step((x.blocks * v_plane / lanes | 1) * lanes),
          m_step((tile_vectors * v_plane / lanes | 1) * lanes) {}

    [[nodiscard]] static Index tiles_of(Index length) { return (length + Form::size - 1) / Form::size; }

    /// Transforms lines of tiles [line, line + lines) of block `block` of picture n to v.
    void transform(Index n, Index block, Index line, Index lines, float* v) const {
        const Window& w = call.kernel.window;
        const float* const from = x.at(n, block);
        if constexpr (X) {
            for (Index r = 0; r < lines + cut.halo; ++r) {
                const Index row = line + r - w.pad_height;
                const bool inside = row >= 0 && row < x.height;
                transform_line<Form>(from + (inside ? row * x.width * lanes : 0), -w.pad_width, inside ? x.width : 0,
                                     lanes, cut.per_line, v + r * cut.per_line * lanes, v_step, lanes);
            }
        } else {
            for (Index column = 0; column < y.width; ++column)
                transform_line<Form>(from + column * lanes, line * Form::size - w.pad_height, x.height, x.width * lanes,
                                     lines, v + column * lanes, v_step, y.width * lanes);
        }
    }

    /// Transforms products of these lines back.
    void transform_back(const float* m, Index n, Index block, Index line, Index lines) const {
        const float* const bias = call.bias + block * lanes;
        if constexpr (X) {
            for (Index r = 0; r < lines; ++r)
                transform_line_back<Form>(m + r * cut.per_line * lanes, m_step, lanes, cut.per_line, bias,
                                          y.at(n, block, line + r), lanes, y.width);
        } else {
            for (Index column = 0; column < y.width; ++column)
                transform_line_back<Form>(m + column * lanes, m_step, y.width * lanes, lines, bias,
                                          y.at(n, block, line * Form::size, column), y.width * lanes,
                                          y.height - line * Form::size);
        }
    }

    /// A band of a group of pictures.
    /// @param v  scratch(), overwritten
    void band(Index item, const Runs<lanes, lanes>& runs, float* v) const {
        const WindowKernel& kernel = call.kernel;
        const Index first = item / cut.bands * cut.pictures, pictures = std::min(cut.pictures, x.batch - first);
        const Index line = item % cut.bands * cut.band, lines = std::min(cut.band, cut.lines - line);
        const Index picture_step = cut.of_picture() * lanes, tiles = lines * cut.per_line;
        for (Index n = 0; n < pictures; ++n)
            for (Index block = 0; block < x.blocks; ++block)
                transform(first + n, block, line, lines, v + block * v_plane + n * picture_step);
        float* const m = v + Form::reach * v_step;
        const bool together = cut.halo == 0 && lines == cut.band;
        for (Index p = 0; p < kernel.panels(); ++p) {
            const float* u = call.panel_of(p);
            for (int i = 0; i < Form::reach; ++i, u += kernel.matrix_size(p))
                for (Index n = 0; n < (together ? 1 : pictures); ++n)
                    multiply_tiles(kernel.vectors(p), together ? pictures * tiles : tiles,
                                   v + i * v_step + n * picture_step, runs, u, m + i * m_step + n * picture_step,
                                   v_plane, {});
            for (Index n = 0; n < pictures; ++n)
                for (Index j = 0; j < kernel.vectors(p); ++j)
                    transform_back(m + j * v_plane + n * picture_step, first + n, p * tile_vectors + j, line, lines);
        }
    }

    [[nodiscard]] Index scratch() const { return Form::reach * (v_step + m_step); }
};

/// Method::line_x and Method::line_y
template <class Form, bool X>
void line_window(Context<Cpu>& c, const WindowCall& call, BlockedMaps<const float> x, BlockedMaps<float> y) {
    const Workspace::Frame frame(c.workspace());
    const LineWork<Form, X> work(c, call, x, y);
    const Index taps = call.kernel.taps_across(), count = taps * x.blocks;
    Index* const offsets = c.workspace().take<Index>(count + 1);
    for (Index tap = 0; tap < taps; ++tap)
        for (Index block = 0; block < x.blocks; ++block)
            offsets[tap * x.blocks + block] = block * work.v_plane + tap * work.cut.per_line * lanes;
    offsets[count] = tile_rows * lanes;
    parallel_for_with_scratch(c, work.cut.groups * work.cut.bands, work.scratch(), [&](Index item, float* v) {
        work.band(item, Runs<lanes, lanes>{offsets, count}, v);
    });
}

}  // namespace stylegan::ops::blocked

#include <stylegan/device/gcc_unroll_end.hpp>
