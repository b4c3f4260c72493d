// expect: stylegan::AdaIN: Channels must be at least 1
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/adain.hpp>

int main() {
    const stylegan::AdaIN<0> layer;
    (void)layer;
}
