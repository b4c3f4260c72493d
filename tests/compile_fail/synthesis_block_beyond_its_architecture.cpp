// expect: stylegan::SynthesisBlock: Res is not a resolution of A
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/synthesis_block.hpp>

using namespace stylegan;

int main() {
    const SynthesisBlock<64, at_resolution(config_f, 32)> block;
    (void)block;
}
