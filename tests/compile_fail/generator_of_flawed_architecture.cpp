// expect: stylegan::BasicGenerator: this Architecture cannot be built
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/generator.hpp>

using namespace stylegan;

int main() {
    constexpr Architecture five_colours{.num_channels = 5};
    const BasicGenerator<five_colours> generator;
    (void)generator;
}
