// expect: stylegan::SynthesisNetwork: the block has a forward() of its own, but inherits backward()
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/synthesis_network.hpp>

using namespace stylegan;

struct Block : AnySynthesisBlock<Cpu> {
    using AnySynthesisBlock<Cpu>::AnySynthesisBlock;
    void forward(Context<Cpu>&, Maps<const float>, const LayerInputs<float>&, Maps<float>, Cache*) const {}
};

int main() { const SynthesisNetwork<Cpu, Block> network(config_f); }
