// expect: stylegan::Tensor: the shapes of these two tensors differ
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/generator.hpp>

using namespace stylegan;

int main() {
    const Generator<32> generator;
    const Vectors<Cpu, 256> z(1);
    return static_cast<int>(generator.map(z).size());
}
