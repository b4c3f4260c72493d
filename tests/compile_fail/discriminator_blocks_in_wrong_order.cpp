// expect: stylegan::Tensor: the shapes of these two tensors differ
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/discriminator_block.hpp>

using namespace stylegan;

int main() {
    Context<Cpu> context;
    const DiscriminatorBlock<64> large;
    const DiscriminatorBlock<16> small;
    const FeatureMaps<Cpu, 256, 64, 64> x(1);
    return static_cast<int>(small(context, large(context, x)).size());
}
