// expect: stylegan::Convolution: Kernel must be 3, or 1 without resampling
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/convolution.hpp>

int main() {
    const stylegan::Convolution<8, 8, 1, stylegan::Resample::up> layer;
    (void)layer;
}
