// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/compiled.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/metrics/distribution/feature_moments.hpp>

namespace stylegan {

/// The Fréchet distance between two normal distributions with these means and covariances, the measure of FID:
///
///     |mean_x - mean_y|^2 + tr cov_x + tr cov_y - 2 tr sqrt(cov_x cov_y)
///
/// With few pictures it is too large: the covariances of N pictures have at most N - 1 directions, and FID falls about
/// as 1/N. Compare only numbers from equally many pictures.
/// @param less_one  covariances divided by N - 1, as in the official code of 2019 and in pytorch-fid; with false by N,
///                  as in stylegan2-ada-pytorch
/// @throws ShapeError if the widths differ, ValueError if either has fewer than 2 pictures
/// @see Heusel et al., "GANs Trained by a Two Time-Scale Update Rule ..." (2017)
[[nodiscard]] STYLEGAN_INLINE double frechet_distance(Context<Cpu>& context, const FeatureMoments& x,
                                                      const FeatureMoments& y, bool less_one = true);

}  // namespace stylegan

#ifndef STYLEGAN_COMPILED
#include <stylegan/metrics/distribution/detail/frechet_distance_inl.hpp>
#endif
