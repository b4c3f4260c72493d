// expect: stylegan::as: the wanted type cannot be constructed from a pointer to these values
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/arrays.hpp>

int main() {
    const xt::xtensor<float, 2> x = xt::xtensor<float, 2>::from_shape({1, 8});
    using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    return static_cast<int>(stylegan::as<Eigen::Map<Rows>>(x).size());
}
