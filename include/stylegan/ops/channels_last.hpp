// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>
#include <stylegan/ops/lanes.hpp>
#include <stylegan/ops/transpose.hpp>

#include <algorithm>

namespace stylegan::ops {

/// Rows of feature maps with a pixel's channels side by side and a border of zeros left and right:
/// value (row, column, channel) is at (row * width + column) * pitch + channel. Where pitch == channels, the patch under one
/// row of a convolution's kernel is one run of memory.
struct ChannelsLast {
    Index width;     ///< pixels of a row, both borders included
    Index channels;  ///< of a pixel; those that the maps do not have are zero
    Index pitch;     ///< distance of two pixels; what lies beyond the channels is undefined

    [[nodiscard]] Index row() const { return width * pitch; }
};

/// Picture n of a batch.
inline View<const float, 3> picture_of(Maps<const float> x, Index n) {
    return {x.data + n * x.stride(), {x.extent(1), x.extent(2), x.extent(3)}};
}

/// Copies rows [first, first + rows) of one picture, x (C, H, W), into `to`; rows and columns outside of the picture are
/// zeros, columns begin at -border.
inline void copy_channels_last(View<const float, 3> x, Index first, Index rows, Index border, ChannelsLast layout,
                               float* to) {
    constexpr Index block =
        16;  // channels whose rows are read one after the other, so that the processor can foresee them
    const Index channels = x.extent(0), height = x.extent(1), width = x.extent(2);
    const Index begin = std::clamp<Index>(-first, 0, rows), end = std::clamp<Index>(height - first, begin, rows);
    std::fill_n(to, begin * layout.row(), 0.0f);
    std::fill_n(to + end * layout.row(), (rows - end) * layout.row(), 0.0f);
    for (Index c = 0; c < layout.channels; c += block) {
        const Index count = std::min(block, layout.channels - c), real = std::clamp<Index>(channels - c, 0, count);
        for (Index r = begin; r < end; ++r) {
            float* const row = to + r * layout.row() + c;
            float* const inside = row + border * layout.pitch;
            const auto clear = [&](Index pixel, Index pixels, Index from) {
                for (Index p = pixel; p < pixel + pixels; ++p)
                    for (Index k = from; k < count; ++k) row[p * layout.pitch + k] = 0;
            };
            clear(0, border, 0);
            transpose(real, width, x.data + (c * height + first + r) * width, height * width, inside, layout.pitch);
            if (real < count) clear(border, width, real);
            clear(border + width, layout.width - border - width, 0);
        }
    }
}

/// Writes a tile of results, (phases, strip, ld) with channels last, to maps: value (q, t, j) to to[t][j * plane + q].
/// @param to  where channel 0 of each of the `count` pixels lies, in rising order
inline void store_channels_first(const float* tile, Index ld, Index strip, Index phases, Index count, Index columns,
                                 float* const* to, Index plane) {
    constexpr int lanes = vector_width<float>;
    constexpr Index half = lanes / 2;
    using Vector = Lanes<float, lanes>;
    for (Index t = 0; t < count; t += lanes) {
        const bool full = t + lanes <= count;
        const bool together = full && phases == 1 && to[t + lanes - 1] - to[t] == lanes - 1;
        const bool paired = full && phases == 2 && to[t + half - 1] - to[t] == 2 * (half - 1) &&
                            to[t + lanes - 1] - to[t + half] == 2 * (half - 1);
        for (Index j = 0; j < columns; j += lanes) {
            const float* const from = tile + t * ld + j;
            if (together && j + lanes <= columns) {
                transpose<lanes>(from, ld, to[t] + j * plane, plane);
            } else if (paired && j + lanes <= columns) {
                Vector even[lanes], odd[lanes];
                for (int i = 0; i < lanes; ++i) even[i] = load<Vector>(from + i * ld);
                transpose<lanes>(even);
                for (int i = 0; i < lanes; ++i) odd[i] = load<Vector>(from + (strip + i) * ld);
                transpose<lanes>(odd);
                for (int k = 0; k < lanes; ++k) {
                    store(to[t] + (j + k) * plane, interleave<lanes, false>(even[k], odd[k]));
                    store(to[t + half] + (j + k) * plane, interleave<lanes, true>(even[k], odd[k]));
                }
            } else {
                for (Index k = 0; k < std::min<Index>(lanes, columns - j); ++k)
                    for (Index i = 0; i < std::min<Index>(lanes, count - t); ++i)
                        for (Index q = 0; q < phases; ++q)
                            to[t + i][(j + k) * plane + q] = from[(q * strip + i) * ld + k];
            }
        }
    }
}

}  // namespace stylegan::ops
