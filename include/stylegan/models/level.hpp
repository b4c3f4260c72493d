// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/error.hpp>

#include <cmath>

namespace stylegan {

/// A level of detail, taken apart: which stage is the finest that is computed, and how much of the stage below fades in.
struct Level {
    int stage = 0;    ///< 0..stages-1
    double fade = 0;  ///< in [0, 1): the share of the stage below

    /// Where `lod` stands while growing: 0 is full resolution, and each 1 more leaves out a stage.
    /// @throws ValueError if lod is not within [0, a.max_lod()]
    [[nodiscard]] static Level of(const Architecture& a, double lod) {
        if (!(lod >= 0 && lod <= a.max_lod())) throw ValueError(text("lod is ", lod, ", expected 0 to ", a.max_lod()));
        const double whole = std::floor(lod);
        return {a.stages() - 1 - static_cast<int>(whole), lod - whole};
    }

    /// How many pixels of the full picture stand, along each side, for one of the stage.
    [[nodiscard]] int repeat(const Architecture& a) const { return 1 << (a.stages() - 1 - stage); }
};

}  // namespace stylegan
