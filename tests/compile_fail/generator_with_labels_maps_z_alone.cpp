// expect: stylegan::BasicGenerator: a network with labels maps z together with its labels
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/generator.hpp>

using namespace stylegan;

int main() {
    constexpr Architecture ten_classes{.label_size = 10};
    const BasicGenerator<ten_classes> generator;
    const Vectors<Cpu, 512> z(1);
    return static_cast<int>(generator.map(z).size());
}
