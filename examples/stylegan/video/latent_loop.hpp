// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drawing/drawing.hpp"

#include <stylegan/core/closed_spline.hpp>
#include <stylegan/metrics/path_length.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace stylegan::examples {

/// A closed path through the latents of seeds: in W a closed cubic spline through their w, in Z great circles from one z
/// to the next.
class LatentLoop {
public:
    /// @param drawing  must outlive this object
    LatentLoop(const Drawing& drawing, const std::vector<std::uint32_t>& seeds, PathSpace space);

    /// w for every layer at points of the path: (points, layers, w_size).
    /// @param t  seed i is at t = i, and the first again at t = number of seeds
    [[nodiscard]] Drawing::Styles styles(const std::vector<double>& t) const;

private:
    [[nodiscard]] std::vector<double> on_great_circle(double t) const;

    const Drawing& drawing_;
    Drawing::Generator::Latents z_;       // (seeds, latent size)
    std::optional<ClosedSpline> spline_;  // in W
};

}  // namespace stylegan::examples
