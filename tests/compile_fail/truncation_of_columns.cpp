// expect: stylegan::ArrayRef: the function writes to the array, which must be row-major
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/truncation.hpp>

int main() {
    stylegan::Context<stylegan::Cpu> context;
    const stylegan::Truncation<8> truncation;
    Eigen::MatrixXf w = Eigen::MatrixXf::Zero(2, 8);
    truncation.apply(context, {.psi = 0.5f}, w);
}
