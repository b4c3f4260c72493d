// expect: stylegan::SynthesisBlock: the first block takes w alone
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/synthesis_block.hpp>

using namespace stylegan;

int main() {
    Context<Cpu> context;
    const SynthesisBlock<4> block;
    const Vectors<Cpu, 512> w(1);
    const FeatureMaps<Cpu, 512, 2, 2> x(1);
    return static_cast<int>(block(context, x, w).size());
}
