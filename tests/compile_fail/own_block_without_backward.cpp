// expect: stylegan::SynthesisNetwork: the block lacks backward(context, Cache&, dy, dx, dw, Pass)
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/synthesis_network.hpp>

using namespace stylegan;

struct Block {
    struct Cache {};
    Block(const Architecture&, int) {}
    Shape4 output_shape(Index batch) const { return {batch, 1, 4, 4}; }
    void forward(Context<Cpu>&, Maps<const float>, const LayerInputs<float>&, Maps<float>, Cache*) const {}
    template <class Self, class F>
    static void visit(Self&, const std::string&, F&) {}
};

int main() { const SynthesisNetwork<Cpu, Block> network(config_f); }
