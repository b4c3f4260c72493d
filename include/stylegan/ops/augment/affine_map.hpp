// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/ops/augment/sym6.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

/// Where the pixels of resampled pictures come from.
namespace stylegan::ops {

/// The first two rows of a matrix that takes a position (x, y, 1) in the result to the position in the picture that it
/// shows. Both are in pixels, from the centre of the picture.
using AffineMap = std::array<double, 6>;

/// Pixels by which a picture is extended on each side.
struct Margins {
    Index left = 0, top = 0, right = 0, bottom = 0;
    friend bool operator==(const Margins&, const Margins&) = default;
};

/// The margins that no picture of the batch reads beyond, as far as mirroring reaches.
[[nodiscard]] inline Margins margins_of(std::span<const AffineMap> maps, Index height, Index width) {
    const double cx = static_cast<double>(width - 1) / 2, cy = static_cast<double>(height - 1) / 2;
    std::array<double, 4> most{};
    most.fill(-1e300);
    for (const AffineMap& m : maps)
        for (const double x : {-cx, cx})
            for (const double y : {-cy, cy}) {
                const double u = m[0] * x + m[1] * y + m[2], v = m[3] * x + m[4] * y + m[5];
                most = {std::max(most[0], -u), std::max(most[1], -v), std::max(most[2], u), std::max(most[3], v)};
            }
    const auto margin = [](double reach, double half, Index size) {
        const double needed = reach + static_cast<double>(detail::sym6_border) - half;
        return static_cast<Index>(std::ceil(std::clamp(needed, 0.0, static_cast<double>(size - 1))));
    };
    return {margin(most[0], cx, width), margin(most[1], cy, height), margin(most[2], cx, width),
            margin(most[3], cy, height)};
}

namespace detail {

/// A position in the doubled picture.
struct AffinePosition {
    double u, v;
};

/// Sizes of the pictures between the steps of resampling.
struct AffineSizes {
    Index height, width;
    Margins margins;
    Index rows, columns;          ///< of the extended picture; the doubled one has twice as many
    Index out_rows, out_columns;  ///< of the doubled result and its border

    [[nodiscard]] static AffineSizes of(Index height, Index width, const Margins& m) {
        return {height,
                width,
                m,
                height + m.top + m.bottom,
                width + m.left + m.right,
                2 * (height + sym6_border),
                2 * (width + sym6_border)};
    }

    /// Where value (r, c) of the doubled result and its border is read.
    /// @param map  the values of an AffineMap
    [[nodiscard]] STYLEGAN_HOST_DEVICE AffinePosition position(const double* map, Index r, Index c) const {
        const double cx = static_cast<double>(width - 1) / 2, cy = static_cast<double>(height - 1) / 2;
        const double y = static_cast<double>(r - sym6_border) / 2 - cy;
        const double x = static_cast<double>(c - sym6_border) / 2 - cx;
        return {2 * (map[0] * x + map[1] * y + map[2] + cx + static_cast<double>(margins.left)),
                2 * (map[3] * x + map[4] * y + map[5] + cy + static_cast<double>(margins.top))};
    }

    /// Whether one of the four pixels of the doubled picture around a position exists; (left, top) is the first.
    [[nodiscard]] STYLEGAN_HOST_DEVICE bool seen(double left, double top) const {
        return left >= -1 && left < static_cast<double>(2 * columns) && top >= -1 &&
               top < static_cast<double>(2 * rows);
    }
};

/// A value between four pixels.
template <class S>
struct Bilinear {
    S fx, fy;  ///< the distances from the upper left one
    STYLEGAN_HOST_DEVICE S operator()(S upper_left, S upper_right, S lower_left, S lower_right) const {
        const S above = upper_left + fx * (upper_right - upper_left),
                below = lower_left + fx * (lower_right - lower_left);
        return above + fy * (below - above);
    }
};

}  // namespace detail
}  // namespace stylegan::ops
