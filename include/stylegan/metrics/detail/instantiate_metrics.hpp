// SPDX-License-Identifier: Apache-2.0
#pragma once

/// LPIPS on the CPU in single precision, and distances of sets of pictures, compiled once: see core/compiled.hpp.
#include <stylegan/metrics/distribution/detail/frechet_distance_inl.hpp>
#include <stylegan/metrics/distribution/detail/frechet_uncertainty_inl.hpp>
#include <stylegan/metrics/distribution/detail/padded_matrix_inl.hpp>
#include <stylegan/metrics/lpips.hpp>
#include <stylegan/metrics/lpips_target.hpp>

#ifdef STYLEGAN_COMPILED
namespace stylegan {

template class Lpips<Cpu>;
template class LpipsTarget<Cpu>;

}  // namespace stylegan
#endif
