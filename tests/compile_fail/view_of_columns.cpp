// expect: stylegan::view_of: the array is column-major or an expression
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/arrays.hpp>

int main() {
    const Eigen::MatrixXf columns(2, 4);
    return static_cast<int>(stylegan::view_of(columns).size());
}
