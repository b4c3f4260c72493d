// expect: stylegan::Convolution: Kernel must be 3, or 1 without resampling
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/convolution.hpp>

int main() {
    const stylegan::Convolution<8, 8, 2> layer;
    (void)layer;
}
