// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/core/view.hpp>

/// Lines of pixels that go on beyond their ends as in a mirror.
namespace stylegan::ops::detail {

/// The pixel that extends a line of `size` pixels at `i`, mirrored without repeating the last one.
[[nodiscard]] STYLEGAN_HOST_DEVICE constexpr Index mirrored(Index i, Index size) {
    return i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i;
}

/// Every position from -before to size - 1 + after at which the mirrored line shows one pixel.
struct MirrorImages {
    Index at[3];
    int count;

    /// @param before, after  less than `size`
    [[nodiscard]] STYLEGAN_HOST_DEVICE static constexpr MirrorImages of(Index pixel, Index size, Index before,
                                                                        Index after) {
        MirrorImages m{{pixel, 0, 0}, 1};
        const Index right = 2 * (size - 1) - pixel;
        if (pixel > 0 && pixel <= before) m.at[m.count++] = -pixel;
        if (right >= size && right < size + after) m.at[m.count++] = right;
        return m;
    }
};

}  // namespace stylegan::ops::detail
