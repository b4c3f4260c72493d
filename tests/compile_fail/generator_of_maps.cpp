// expect: stylegan::ArrayRef: the array has another number of axes than the function takes
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/generator.hpp>

int main() {
    const stylegan::Generator<32> generator;
    const xt::xtensor<float, 3> z = xt::xtensor<float, 3>::from_shape({1, 2, 256});
    return static_cast<int>(generator(z).size());
}
