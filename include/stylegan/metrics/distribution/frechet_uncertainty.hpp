// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/compiled.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/metrics/distribution/feature_moments.hpp>

namespace stylegan {

/// Which sets are random samples.
enum class Sampled { first, both };

/// The standard error of frechet_distance(), from the derivative of the distance with respect to both distributions (the
/// delta method): one evaluation instead of hundreds of a bootstrap. It tells how far the number would move with other
/// pictures, not its bias, which more pictures alone remove.
/// @param x,y      features, (pictures, width)
/// @param of_x     moments of x
/// @param of_y     moments of y
/// @param sampled  Sampled::first if y is a whole data set and not a sample of one
/// @throws ShapeError if the widths differ; ValueError for fewer than 2 pictures, or values that are not finite
[[nodiscard]] STYLEGAN_INLINE double frechet_standard_error(Context<Cpu>& context, Rows<const float> x,
                                                            const FeatureMoments& of_x, Rows<const float> y,
                                                            const FeatureMoments& of_y,
                                                            Sampled sampled = Sampled::both);

/// The same, where the moments are not at hand.
[[nodiscard]] inline double frechet_standard_error(Context<Cpu>& context, Rows<const float> x, Rows<const float> y,
                                                   Sampled sampled = Sampled::both) {
    return frechet_standard_error(context, x, moments_of(context, x), y, moments_of(context, y), sampled);
}

}  // namespace stylegan

#ifndef STYLEGAN_COMPILED
#include <stylegan/metrics/distribution/detail/frechet_uncertainty_inl.hpp>
#endif
