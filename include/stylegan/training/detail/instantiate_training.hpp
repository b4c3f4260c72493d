// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Training and projection on the CPU in single precision, compiled once: see core/compiled.hpp.
#include <stylegan/training/projection.hpp>
#include <stylegan/training/trainer.hpp>

#ifdef STYLEGAN_COMPILED
namespace stylegan {

template class Draws<Cpu>;
template class GeneratorPass<AnyGenerator<Cpu>>;
template class Losses<AnyGenerator<Cpu>, AnyDiscriminator<Cpu>>;
template class Projection<Cpu>;
template class Trainer<Cpu>;
template class Updates<AnyGenerator<Cpu>, AnyDiscriminator<Cpu>>;

}  // namespace stylegan
#endif
