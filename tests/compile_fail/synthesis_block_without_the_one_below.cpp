// expect: stylegan::SynthesisBlock: above the first stage a block takes the maps of the block below
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/synthesis_block.hpp>

using namespace stylegan;

int main() {
    Context<Cpu> context;
    const SynthesisBlock<8> block;
    const Vectors<Cpu, 512> w(1);
    return static_cast<int>(block(context, w).size());
}
