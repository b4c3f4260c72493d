// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/generator.hpp>

#include <cmath>
#include <cstdio>

#ifndef STYLEGAN_COMPILED
#error "the installed target does not define STYLEGAN_COMPILED"
#endif

int main() {
    constexpr stylegan::Architecture small{.resolution_log2 = 4, .fmap_base = 128, .fmap_max = 16};
    const stylegan::AnyGenerator<> generator(small, 1);  // this file holds no code of it: the library does
    const auto pictures = generator(generator.latents({5}));
    double sum = 0;
    for (const float v : pictures) sum += std::abs(v);
    std::printf("mean of |x|: %g\n", sum / static_cast<double>(pictures.size()));
    return pictures.size() == 3 * 16 * 16 && std::isfinite(sum) && sum > 0 ? 0 : 1;
}
