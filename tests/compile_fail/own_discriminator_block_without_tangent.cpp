// expect: stylegan::DiscriminatorNetwork: the block lacks tangent(context, Cache&, x_dot, y_dot) const
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/discriminator_network.hpp>

using namespace stylegan;

struct Block {
    struct Cache {};
    Block(const Architecture&, int) {}
    Shape4 output_shape(Index batch) const { return {batch, 1, 4, 4}; }
    void forward(Context<Cpu>&, Maps<const float>, Maps<float>, Cache*) const {}
    void backward(Context<Cpu>&, Cache&, Maps<const float>, Maps<float>, Pass) {}
    void backward_tangent(Context<Cpu>&, Cache&, Maps<const float>, Maps<float>) {}
    template <class Self, class F>
    static void visit(Self&, const std::string&, F&) {}
};

int main() { const DiscriminatorNetwork<Cpu, Block> network(config_f); }
