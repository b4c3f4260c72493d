// expect: stylegan::Tensor: the shapes of these two tensors differ
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/dense.hpp>

using namespace stylegan;

int main() {
    Context<Cpu> context;
    const Dense<512, 256> layer;
    const Vectors<Cpu, 128> x(1);
    return static_cast<int>(layer(context, x).size());
}
