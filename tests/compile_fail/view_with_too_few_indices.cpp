// expect: stylegan::View: one index for each axis
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/view.hpp>

int main() {
    float pixels[6] = {};
    const stylegan::Rows<float> rows{pixels, {2, 3}};
    return static_cast<int>(rows(1));
}
