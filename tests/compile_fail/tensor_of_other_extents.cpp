// expect: stylegan::Tensor: the shapes of these two tensors differ
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/tensor.hpp>
#include <stylegan/device/cpu.hpp>

using namespace stylegan;

int main() {
    const FeatureMaps<Cpu, 512, 4, 4> x(1);
    const FeatureMaps<Cpu, 256, 4, 4> y = x;
    return static_cast<int>(y.size());
}
