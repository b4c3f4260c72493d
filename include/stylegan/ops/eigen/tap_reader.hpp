// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution/convolution_grid.hpp>

#include <algorithm>

namespace stylegan::ops::eigen {

/// The positions of a batch, in the order (picture, row, column).
struct Positions {
    Index height, width;

    [[nodiscard]] Index plane() const { return height * width; }

    /// Calls f(i, picture, row, column, count) for each stretch of a row in [first, first + count), which begins at
    /// position first + i.
    template <class F>
    void for_each_stretch(Index first, Index count, const F& f) const {
        Index picture = first / plane(), row = first % plane() / width, column = first % width;
        for (Index i = 0; i < count;) {
            const Index here = std::min(count - i, width - column);
            f(i, picture, row, column, here);
            i += here;
            column = 0;
            if (++row == height) {
                row = 0;
                ++picture;
            }
        }
    }
};

/// Reads the input of a convolution, for one tap at many positions, with the zeros around the picture. Uses scratch
/// memory of the innermost frame.
template <class S>
class TapReader {
public:
    /// @param x          (N, I, H, W), the input
    /// @param positions  of the output
    TapReader(Context<BasicCpu<S>>& c, Maps<const S> x, const GridGeometry& grid, const Positions& positions)
        : x_(x), grid_(grid), positions_(positions) {
        if (grid.stride != 1 || positions.width > widest_masked) return;
        S* const inside = c.workspace().template take<S>(grid.reach * positions.plane());
        for (Index s = 0; s < grid.reach; ++s)
            for (Index p = 0; p < positions.plane(); ++p) {
                const Index column = p % positions.width + s - grid.border;
                inside[s * positions.plane() + p] = S(column >= 0 && column < positions.width ? 1 : 0);
            }
        inside_ = inside;
    }

    /// out[k * out_step + i] = the value of channel `channel` + k under tap (r, s) at position first + i, for
    /// `channels` channels and `count` positions.
    void read(Index r, Index s, Index channel, Index channels, Index first, Index count, S* out, Index out_step) const {
        inside_ ? read_planes(r, s, channel, channels, first, count, out, out_step)
                : read_rows(r - grid_.border, s - grid_.border, channel, channels, first, count, out, out_step);
    }

    /// Rows [first_row, first_row + rows) of the patches, a row for each (tap, channel), at `count` positions from
    /// `first` on.
    void patches(Index phase, Index first_row, Index rows, Index first, Index count, S* out, Index out_step) const {
        const Index channels = x_.extent(1);
        for (Index k = 0; k < rows;) {
            const Index tap = (first_row + k) / channels, channel = (first_row + k) % channels;
            const Index here = std::min(rows - k, channels - channel);
            read(tap / grid_.taps + phase / grid_.phases, tap % grid_.taps + phase % grid_.phases, channel, here, first,
                 count, out + k * out_step, out_step);
            k += here;
        }
    }

private:
    static constexpr Index widest_masked = 48;  ///< wider rows are read row by row

    /// For small pictures: a tap reads the shifted plane, with zeros where a column wraps around.
    void read_planes(Index r, Index s, Index channel, Index channels, Index first, Index count, S* out,
                     Index out_step) const {
        const Index plane = positions_.plane(), move = (r - grid_.border) * positions_.width + s - grid_.border;
        for (Index i = 0; i < count;) {
            const Index n = (first + i) / plane, at = (first + i) % plane, here = std::min(count - i, plane - at);
            const Index begin = std::clamp<Index>(-move - at, 0, here),
                        end = std::clamp(plane - move - at, begin, here);
            const S* const inside = inside_ + s * plane + at;
            const S* from = x_.data + (n * x_.extent(1) + channel) * plane + at + move;
            S* to = out + i;
            for (Index k = 0; k < channels; ++k, from += plane, to += out_step) {
                for (Index p = 0; p < begin; ++p) to[p] = S(0);
                for (Index p = begin; p < end; ++p) {
                    const S v = from[p];
                    to[p] = inside[p] != S(0) ? v : S(0);
                }
                for (Index p = end; p < here; ++p) to[p] = S(0);
            }
            i += here;
        }
    }

    void read_rows(Index r, Index s, Index channel, Index channels, Index first, Index count, S* out,
                   Index out_step) const {
        const Index height = x_.extent(2), width = x_.extent(3), plane = height * width, stride = grid_.stride;
        positions_.for_each_stretch(first, count, [&](Index i, Index n, Index row, Index column, Index here) {
            const Index v = row * stride + r, left = column * stride + s;
            const bool inside = v >= 0 && v < height;
            Index begin = 0, end = inside ? here : 0;  // indices [begin, end) of the stretch lie in the picture
            while (begin < end && left + begin * stride < 0) ++begin;
            while (end > begin && left + (end - 1) * stride >= width) --end;
            const S* from = x_.data + (n * x_.extent(1) + channel) * plane + (inside ? v * width + left : 0);
            S* to = out + i;
            for (Index k = 0; k < channels; ++k, from += plane, to += out_step) {
                for (Index p = 0; p < begin; ++p) to[p] = S(0);
                if (stride == 1)
                    for (Index p = begin; p < end; ++p) to[p] = from[p];
                else
                    for (Index p = begin; p < end; ++p) to[p] = from[2 * p];
                for (Index p = end; p < here; ++p) to[p] = S(0);
            }
        });
    }

    Maps<const S> x_;
    GridGeometry grid_;
    Positions positions_;
    const S* inside_ =
        nullptr;  // (reach, plane), for small pictures: 1 where a column moved by s is still in the picture
};

}  // namespace stylegan::ops::eigen
