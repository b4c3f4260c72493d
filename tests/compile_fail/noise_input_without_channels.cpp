// expect: stylegan::NoiseInput: Channels must be at least 1
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/noise_input.hpp>

int main() {
    const stylegan::NoiseInput<0> layer;
    (void)layer;
}
