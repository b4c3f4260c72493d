// expect: stylegan::StyleMixing: Layers must be at least 1
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/style_mixing.hpp>

int main() {
    const stylegan::StyleMixing<0> mixing;
    (void)mixing;
}
