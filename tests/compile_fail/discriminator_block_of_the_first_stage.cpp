// expect: stylegan::DiscriminatorBlock: Res is not a resolution of A above the first
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/discriminator_block.hpp>

int main() {
    const stylegan::DiscriminatorBlock<4> block;
    (void)block;
}
