// expect: stylegan::Tensor: the shapes of these two tensors differ
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/mapping_network.hpp>

using namespace stylegan;

int main() {
    Context<Cpu> context;
    const MappingNetwork<8> mapping;
    const Vectors<Cpu, 256> z(1);
    return static_cast<int>(mapping(context, z).size());
}
