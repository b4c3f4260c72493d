// expect: stylegan::Tensor: the shapes of these two tensors differ
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/synthesis_block.hpp>

using namespace stylegan;

int main() {
    Context<Cpu> context;
    const SynthesisBlock<4> block;
    const Vectors<Cpu, 256> w(1);
    return static_cast<int>(block(context, w).size());
}
