// expect: stylegan::ArrayRef: the function writes to the array, and this one is const
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/truncation.hpp>

int main() {
    stylegan::Context<stylegan::Cpu> context;
    const stylegan::Truncation<8> truncation;
    const xt::xtensor<float, 2> w = xt::xtensor<float, 2>::from_shape({1, 8});
    truncation.apply(context, {.psi = 0.5f}, w);
}
