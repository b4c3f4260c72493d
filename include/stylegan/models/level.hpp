// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/error.hpp>

#include <cmath>

namespace stylegan {

/// A level of detail (lod) in its two parts: the finest stage that is computed, and the share of the stage below in the
/// picture while that stage fades in.
struct Level {
    int stage = 0;    ///< the finest stage, 0 to stages - 1
    double fade = 0;  ///< share of the stage below, in [0, 1)

    /// The level of a lod: 0 is full resolution, and each further 1 leaves out a stage.
    /// @throws ValueError if lod is not within [0, a.max_lod()]
    [[nodiscard]] static Level of(const Architecture& a, double lod) {
        if (!(lod >= 0 && lod <= a.max_lod())) throw ValueError(text("lod is ", lod, ", expected 0 to ", a.max_lod()));
        const double whole = std::floor(lod);
        return {a.stages() - 1 - static_cast<int>(whole), lod - whole};
    }

    /// Pixels of the full resolution along each side of a pixel of this stage.
    [[nodiscard]] int repeat(const Architecture& a) const { return 1 << (a.stages() - 1 - stage); }
};

}  // namespace stylegan
