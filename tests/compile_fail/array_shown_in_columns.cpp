// expect: stylegan::as: the wanted type is column-major
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/arrays.hpp>

int main() {
    const xt::xtensor<float, 2> x = xt::xtensor<float, 2>::from_shape({1, 8});
    return static_cast<int>(stylegan::as<Eigen::Map<const Eigen::MatrixXf>>(x).size());
}
