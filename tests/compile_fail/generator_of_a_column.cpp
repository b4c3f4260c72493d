// expect: stylegan::ArrayRef: the array has one axis, and the function takes more
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/generator.hpp>

int main() {
    const stylegan::Generator<32> generator;
    const Eigen::VectorXf z = Eigen::VectorXf::Zero(512);
    return static_cast<int>(generator(z).size());
}
