// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/vector/lanes.hpp>
#include <stylegan/ops/vector/transpose.hpp>

#include <algorithm>

/// Convolutions and pools on feature maps in blocks of channels: no transposition between layers, and a pixel of a block
/// is one vector.
namespace stylegan::ops::blocked {

inline constexpr int lanes = vector_width<float>;
using Vector = Lanes<float, lanes>;

/// max(0, x), and x itself if it is no number.
[[nodiscard]] inline Vector rectified(Vector x) { return x < Vector{} ? Vector{} : x; }

/// Blocks of this many channels, the last one padded.
[[nodiscard]] constexpr Index blocks_of(Index channels) { return (channels + lanes - 1) / lanes; }

/// Feature maps, or some blocks of channels of larger ones. Value (n, channel, y, x) is at
/// n * picture_step + channel / lanes * plane() + (y * width + x) * lanes + channel % lanes. Channels that pad the last
/// block are zeros, or NaN where a real one is.
template <class T>
struct BlockedMaps {
    T* data = nullptr;
    Index batch = 0, blocks = 0, height = 0, width = 0;
    Index picture_step = 0;  ///< values

    [[nodiscard]] Index plane() const { return height * width * lanes; }
    [[nodiscard]] T* at(Index n, Index block, Index y = 0, Index x = 0) const {
        return data + n * picture_step + block * plane() + (y * width + x) * lanes;
    }
    /// Blocks [first, first + count).
    [[nodiscard]] BlockedMaps part(Index first, Index count) const {
        return {data + first * plane(), batch, count, height, width, picture_step};
    }
    /// Pictures [first, first + count).
    [[nodiscard]] BlockedMaps pictures(Index first, Index count) const {
        return {data + first * picture_step, count, blocks, height, width, picture_step};
    }
    operator BlockedMaps<const T>() const  // NOLINT: as T* to const T*
    {
        return {data, batch, blocks, height, width, picture_step};
    }
};

/// Uninitialised feature maps in scratch memory.
[[nodiscard]] inline BlockedMaps<float> take(Context<Cpu>& c, Index batch, Index blocks, Index height, Index width) {
    const Index picture = blocks * height * width * lanes;
    return {c.workspace().take<float>(batch * picture), batch, blocks, height, width, picture};
}

/// y = x
/// @param x (N, C, H, W)
/// @param y as many blocks as C needs
inline void to_blocked(Context<Cpu>& c, Maps<const float> x, BlockedMaps<float> y) {
    const Index pixels = y.height * y.width, channels = x.extent(1);
    c.parallel_for(y.batch * y.blocks, [&](Index item) {
        const Index n = item / y.blocks, block = item % y.blocks;
        const Index real = std::min<Index>(lanes, channels - block * lanes);
        float* const to = y.at(n, block);
        if (real < lanes) std::fill_n(to, y.plane(), 0.0f);
        transpose(real, pixels, x.data + (n * channels + block * lanes) * pixels, pixels, to, lanes);
    });
}

/// Channels [first, first + channels) of y = x
/// @param y (N, C, H, W)
inline void from_blocked(Context<Cpu>& c, BlockedMaps<const float> x, Maps<float> y, Index first, Index channels) {
    const Index pixels = x.height * x.width;
    c.parallel_for(x.batch * x.blocks, [&](Index item) {
        const Index n = item / x.blocks, block = item % x.blocks;
        const Index real = std::min<Index>(lanes, channels - block * lanes);
        transpose(pixels, real, x.at(n, block), lanes, y.data + (n * y.extent(1) + first + block * lanes) * pixels,
                  pixels);
    });
}

}  // namespace stylegan::ops::blocked
