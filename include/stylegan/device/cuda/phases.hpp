// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/device/cuda/correlation.hpp>
#include <stylegan/device/cuda/launch.hpp>

namespace stylegan::gpu {

/// The transpose of a correlation of stride 2 with a 4x4 kernel, from coarse feature maps to fine ones, as an ordinary
/// correlation: each of the four phases of the fine maps (even or odd rows, even or odd columns) uses 2x2 of the taps.
/// They are computed together, as maps of four times the channels, and then interleaved. In single precision cuDNN's
/// own transpose is either not deterministic or several times slower.
struct Phases {
    Correlation transposed;
    Index taps;  ///< of a phase and axis: 2, or 3 of which at least one is 0, where a 3x3 kernel is faster

    explicit Phases(const Correlation& c) : transposed(c), taps(3) {
        if (!ordinary().with_winograd_of(2 * Correlation::enough_for_winograd)) taps = 2;
    }

    [[nodiscard]] static bool suit(const Correlation& c) {
        return c.size == 4 && c.stride == 2 && c.border == 1 && c.height == 2 * c.coarse_height &&
               c.width == 2 * c.coarse_width;
    }

    [[nodiscard]] Correlation ordinary() const {
        const Index more = taps == 2 ? 1 : 0;  // a phase begins at the first row computed, or at the second
        return {transposed.batch,
                transposed.coarse_channels,
                4 * transposed.fine_channels,
                transposed.coarse_height,
                transposed.coarse_width,
                transposed.coarse_height + more,
                transposed.coarse_width + more,
                taps,
                1,
                1};
    }
};

/// The ordinary kernel, (4 F, C, taps, taps), of the transposed one, (C, F, 4, 4).
struct PhaseKernel {
    const float* from;
    Index fine_channels, taps;

    STYLEGAN_DEVICE float operator()(Index row, Index at) const {
        const Index phase = quotient(row, fine_channels), f = row - phase * fine_channels;
        const Index c = quotient(at, taps * taps), tap = at - c * taps * taps;
        const Index y = quotient(tap, taps), r = along(phase / 2, y), s = along(phase % 2, tap - y * taps);
        if (r < 0 || r > 3 || s < 0 || s > 3) return 0;
        return from[((c * fine_channels + f) * 4 + r) * 4 + s];
    }

private:
    /// The transposed kernel's tap between fine position 2 y + phase and the coarse one that tap t of y reads.
    [[nodiscard]] STYLEGAN_DEVICE Index along(Index phase, Index t) const {
        return taps == 2 ? 3 - phase - 2 * t : 3 + phase - 2 * t;
    }
};

/// A value of the fine maps, by its row (of all maps) and column, taken from the maps of the ordinary correlation.
struct Interleaved {
    const float* from;
    Index channels, height, phase_height, phase_width,
        apart;  ///< apart: 1 where odd phases begin a row and a column later

    STYLEGAN_DEVICE float operator()(Index row, Index x) const {
        const Index plane = quotient(row, height), y = row - plane * height;
        const Index n = quotient(plane, channels), channel = plane - n * channels;
        const Index odd_y = y % 2, odd_x = x % 2;
        const Index map = (n * 4 + odd_y * 2 + odd_x) * channels + channel;
        return from[(map * phase_height + y / 2 + odd_y * apart) * phase_width + x / 2 + odd_x * apart];
    }
};

}  // namespace stylegan::gpu
#endif
