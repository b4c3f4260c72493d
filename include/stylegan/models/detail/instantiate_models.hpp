// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The networks on the CPU in single precision, compiled once: see core/compiled.hpp.
#include <stylegan/models/any_generator.hpp>
#include <stylegan/models/detail/inception_inl.hpp>
#include <stylegan/models/directions/detail/k_means_inl.hpp>
#include <stylegan/models/directions/detail/linear_boundary_inl.hpp>
#include <stylegan/models/directions/detail/principal_components_inl.hpp>
#include <stylegan/models/directions/detail/sefa_inl.hpp>
#include <stylegan/models/directions/detail/w_moments_inl.hpp>
#include <stylegan/models/discriminator.hpp>
#include <stylegan/models/vgg16.hpp>

#ifdef STYLEGAN_COMPILED
namespace stylegan {

template class AnyDiscriminator<Cpu>;
template class AnyGenerator<Cpu>;
template class DiscriminatorNetwork<Cpu>;
template class SynthesisNetwork<Cpu>;
template class Vgg16<Cpu>;

}  // namespace stylegan
#endif
