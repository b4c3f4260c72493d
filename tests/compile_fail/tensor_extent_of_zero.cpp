// expect: stylegan::Tensor: an extent is positive or dynamic
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/tensor.hpp>
#include <stylegan/device/cpu.hpp>

using namespace stylegan;

int main() {
    const FeatureMaps<Cpu, 0, 4, 4> x(1);
    return static_cast<int>(x.size());
}
