// expect: stylegan::Tensor: the shapes of these two tensors differ
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/synthesis_block.hpp>

using namespace stylegan;

int main() {
    Context<Cpu> context;
    const SynthesisBlock<16> small;
    const SynthesisBlock<64> large;
    const Vectors<Cpu, 512> w(1);
    const FeatureMaps<Cpu, 512, 8, 8> x(1);
    return static_cast<int>(large(context, small(context, x, w), w).size());
}
