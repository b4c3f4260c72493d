// expect: stylegan::as_eigen: the array is gone after this call
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/arrays.hpp>

int main() {
    const auto map = stylegan::as_eigen(xt::xtensor<float, 2>::from_shape({1, 8}));
    return static_cast<int>(map.size());
}
