// expect: stylegan::ToRgb: Colors must be 1 to 4
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/to_rgb.hpp>

int main() {
    const stylegan::ToRgb<16, 5> layer;
    (void)layer;
}
