// expect: stylegan::ArrayRef: the array has another number of axes than the function takes
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/discriminator.hpp>

int main() {
    const stylegan::Discriminator<32> discriminator;
    const Eigen::MatrixXf pictures = Eigen::MatrixXf::Zero(1, 3 * 32 * 32);
    return static_cast<int>(discriminator(pictures).size());
}
