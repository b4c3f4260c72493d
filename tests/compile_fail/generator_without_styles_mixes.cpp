// expect: stylegan::BasicGenerator: this architecture has no styles to mix
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/generator.hpp>

using namespace stylegan;

int main() {
    const BasicGenerator<config_b> generator;
    const auto w = generator.map(BasicGenerator<config_b>::Latents::from_shape({1, 512}));
    return static_cast<int>(generator.mix(w, w, {0}).size());
}
