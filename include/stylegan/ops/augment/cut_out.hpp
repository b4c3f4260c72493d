// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace stylegan::ops {

/// The pixels (r, c) with top <= r < bottom and left <= c < right.
struct PictureArea {
    Index left = 0, top = 0, right = 0, bottom = 0;

    [[nodiscard]] STYLEGAN_HOST_DEVICE constexpr bool contains(Index r, Index c) const {
        return r >= top && r < bottom && c >= left && c < right;
    }
    friend bool operator==(const PictureArea&, const PictureArea&) = default;
};

/// The pixels whose centre is less than a quarter of the picture from (x, y), along either axis.
/// @param x, y  in parts of the width and the height
[[nodiscard]] inline PictureArea cutout_area(double x, double y, Index height, Index width) {
    const auto range = [](double centre, Index size) {
        const auto near = [&](Index i) {
            return std::abs((static_cast<double>(i) + 0.5) / static_cast<double>(size) - centre) < 0.25;
        };
        Index first = 0, end = size;
        while (first < size && !near(first)) ++first;
        while (end > first && !near(end - 1)) --end;
        return std::array{first, end};
    };
    const auto [left, right] = range(x, width);
    const auto [top, bottom] = range(y, height);
    return {left, top, right, bottom};
}

/// y(n) = 0 in areas[n].
/// @param areas  one for each picture, in host memory
/// @param y      (N, C, H, W), changed
/// @throws ShapeError if the shapes do not match
template <class S>
void cut_out(Context<BasicCpu<S>>& c, std::span<const PictureArea> areas, Maps<Same<S>> y) {
    require_equal("cut_out", "number of areas", static_cast<Index>(areas.size()), y.extent(0));
    const Index height = y.extent(2), width = y.extent(3);
    c.parallel_for(y.extent(0) * y.extent(1), [&](Index plane) {
        const PictureArea& area = areas[static_cast<std::size_t>(plane / y.extent(1))];
        for (Index r = area.top; r < std::min(area.bottom, height); ++r)
            for (Index column = area.left; column < std::min(area.right, width); ++column)
                y.data[(plane * height + r) * width + column] = 0;
    });
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/cut_out.hpp>
#endif
