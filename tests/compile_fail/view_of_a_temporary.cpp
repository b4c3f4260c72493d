// expect: stylegan::view_of: the array is gone after this call
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/arrays.hpp>

int main() {
    const auto view = stylegan::view_of(std::vector<float>(8), 2, 4);
    return static_cast<int>(view.size());
}
