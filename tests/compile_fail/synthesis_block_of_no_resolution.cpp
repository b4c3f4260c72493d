// expect: stylegan::SynthesisBlock: Res is not a resolution of A
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/synthesis_block.hpp>

int main() {
    const stylegan::SynthesisBlock<48> block;
    (void)block;
}
