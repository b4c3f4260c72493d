// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/blocked/maps.hpp>
#include <stylegan/ops/blocked/product.hpp>
#include <stylegan/ops/blocked/window_kernel.hpp>
#include <stylegan/ops/vector/scratch.hpp>

#include <algorithm>

namespace stylegan::ops::blocked {

/// A kernel with its packed weights and its bias.
struct WindowCall {
    const WindowKernel& kernel;
    const float *packed, *bias;

    [[nodiscard]] const float* panel_of(Index p) const { return packed + kernel.panel_offset(p); }
    [[nodiscard]] Finish finish(Index p) const { return {bias + p * panel}; }
};

/// Rows of a picture that one thread computes: few enough that what they read stays in the L2 cache.
/// @param all         rows of a picture
/// @param row_values  values read for a row
[[nodiscard]] inline Index rows_of_a_band(const Context<Cpu>& c, Index batch, Index all, Index row_values) {
    constexpr Index budget = Index{3} << 15;  // values
    const Index for_threads = (4 * c.threads() + batch - 1) / batch,
                for_cache = (all * row_values + budget - 1) / budget;
    const Index bands = std::clamp<Index>(std::max(for_threads, for_cache), 1, all);
    return (all + bands - 1) / bands;
}

/// Rows [row, row + rows) and columns [-border, width + border) of a picture, with zeros beside it.
/// @param to  (blocks, rows, width + 2 border, lanes)
inline void copy_with_border(BlockedMaps<const float> x, Index n, Index row, Index rows, Index border, float* to) {
    const Index width = x.width + 2 * border;
    for (Index block = 0; block < x.blocks; ++block)
        for (Index r = row; r < row + rows; ++r, to += width * lanes) {
            if (r < 0 || r >= x.height) {
                std::fill_n(to, width * lanes, 0.0f);
                continue;
            }
            std::fill_n(to, border * lanes, 0.0f);
            std::copy_n(x.at(n, block, r), x.width * lanes, to + border * lanes);
            std::fill_n(to + (border + x.width) * lanes, border * lanes, 0.0f);
        }
}

/// All panels of some lines of results.
/// @param from       the first value of the first line
/// @param from_line  values from one line to the next
/// @param count      results of a line
template <class R>
void direct_lines(const WindowCall& call, const R& runs, const float* from, Index from_line, Index lines, Index count,
                  BlockedMaps<float> y, Index n, Index row) {
    for (Index p = 0; p < call.kernel.panels(); ++p)
        for (Index line = 0; line < lines; ++line)
            multiply_tiles(call.kernel.vectors(p), count, from + line * from_line, runs, call.panel_of(p),
                           y.at(n, p * tile_vectors, row + line), y.plane(), call.finish(p));
}

/// Method::direct
inline void direct_window(Context<Cpu>& c, const WindowCall& call, BlockedMaps<const float> x, BlockedMaps<float> y) {
    const Window& w = call.kernel.window;
    const Workspace::Frame frame(c.workspace());
    const bool border = w.pad_height > 0 || w.pad_width > 0;
    const Index band = rows_of_a_band(c, x.batch, y.height, x.width * w.stride * x.blocks * lanes);
    const Index bands = (y.height + band - 1) / band, rows_read = (band - 1) * w.stride + w.height;
    const Index width = x.width + 2 * w.pad_width, plane = border ? rows_read * width * lanes : x.plane();
    const Index count = w.height * w.width * x.blocks;
    Index* const offsets = c.workspace().take<Index>(count + 1);
    Index* next = offsets;
    for (Index ky = 0; ky < w.height; ++ky)
        for (Index kx = 0; kx < w.width; ++kx)
            for (Index block = 0; block < x.blocks; ++block) *next++ = block * plane + (ky * width + kx) * lanes;
    *next = offsets[0] + tile_rows * w.stride * lanes;
    const bool one_line = w.stride == 1 && w.width == 1 && w.pad_width == 0;
    parallel_for_with_scratch(c, x.batch * bands, border ? x.blocks * plane : 0, [&](Index item, float* copy) {
        const Index n = item / bands, row = item % bands * band, rows = std::min(band, y.height - row);
        const float* from = copy;
        if (border)
            copy_with_border(x, n, row * w.stride - w.pad_height, rows_read, w.pad_width, copy);
        else
            from = x.at(n, 0, row * w.stride);
        const Index lines = one_line ? 1 : rows, results = one_line ? rows * y.width : y.width;
        const Index line_step = w.stride * width * lanes;
        if (w.stride == 1)
            direct_lines(call, Runs<lanes, lanes>{offsets, count}, from, line_step, lines, results, y, n, row);
        else
            direct_lines(call, Runs<lanes, 0>{offsets, count, w.stride * lanes}, from, line_step, lines, results, y, n,
                         row);
    });
}

/// Method::picture
inline void picture_window(Context<Cpu>& c, const WindowCall& call, Maps<const float> x, BlockedMaps<float> y) {
    const Window& w = call.kernel.window;
    const Workspace::Frame frame(c.workspace());
    const Index inputs = x.extent(1), width = x.extent(3), plane = x.extent(2) * width;
    const Index count = w.height * w.width * inputs, band = std::min<Index>(8, y.height);
    Index* const offsets = c.workspace().take<Index>(count + 1);
    Index* next = offsets;
    for (Index ky = 0; ky < w.height; ++ky)
        for (Index kx = 0; kx < w.width; ++kx)
            for (Index i = 0; i < inputs; ++i) *next++ = i * plane + ky * width + kx;
    *next = 0;
    const Index bands = (y.height + band - 1) / band;
    c.parallel_for(y.batch * bands, [&](Index item) {
        const Index n = item / bands, row = item % bands * band;
        direct_lines(call, Runs<1, 0>{offsets, count, w.stride}, x.data + n * inputs * plane + row * w.stride * width,
                     w.stride * width, std::min(band, y.height - row), y.width, y, n, row);
    });
}

}  // namespace stylegan::ops::blocked
