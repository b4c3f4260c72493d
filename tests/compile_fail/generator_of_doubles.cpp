// expect: stylegan::ArrayRef: the array holds another type of number than the function takes
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/generator.hpp>

int main() {
    const stylegan::Generator<32> generator;
    const Eigen::MatrixXd z = Eigen::MatrixXd::Zero(1, 512);
    return static_cast<int>(generator(z).size());
}
