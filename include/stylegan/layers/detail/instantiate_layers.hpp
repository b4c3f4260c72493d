// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The layers on the CPU in single precision, compiled once: see core/compiled.hpp.
#include <stylegan/layers/adain.hpp>
#include <stylegan/layers/any_synthesis_block.hpp>
#include <stylegan/layers/convolution.hpp>
#include <stylegan/layers/dense.hpp>
#include <stylegan/layers/discriminator_block.hpp>
#include <stylegan/layers/discriminator_output.hpp>
#include <stylegan/layers/layer_epilogue.hpp>
#include <stylegan/layers/mapping_network.hpp>

#ifdef STYLEGAN_COMPILED
namespace stylegan {

template class AdaIN<dynamic, dynamic, Cpu>;
template class AnyConvolution<Cpu>;
template class Dense<dynamic, dynamic, Cpu>;
template class AnyDiscriminatorBlock<Cpu>;
template class DiscriminatorOutput<Cpu>;
template class LayerEpilogue<Cpu>;
template class AnyMappingNetwork<Cpu>;
template class AnySynthesisBlock<Cpu>;

}  // namespace stylegan
#endif
