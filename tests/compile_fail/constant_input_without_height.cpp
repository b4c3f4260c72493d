// expect: stylegan::ConstantInput: Channels, Height and Width must be at least 1
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/constant_input.hpp>

int main() {
    const stylegan::ConstantInput<8, 0, 4> layer;
    (void)layer;
}
