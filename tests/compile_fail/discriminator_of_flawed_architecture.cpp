// expect: stylegan::BasicDiscriminator: this Architecture cannot be built
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/discriminator.hpp>

using namespace stylegan;

int main() {
    constexpr Architecture shallow{.resolution_log2 = 1};
    const BasicDiscriminator<shallow> discriminator;
    (void)discriminator;
}
