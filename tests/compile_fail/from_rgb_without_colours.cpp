// expect: stylegan::FromRgb: Colors must be 1 to 4
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/from_rgb.hpp>

int main() {
    const stylegan::FromRgb<16, 0> layer;
    (void)layer;
}
