// expect: stylegan::Tensor: at least one axis
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/tensor.hpp>
#include <stylegan/device/cpu.hpp>

int main() {
    const stylegan::Tensor<stylegan::Cpu> x;
    return static_cast<int>(x.size());
}
