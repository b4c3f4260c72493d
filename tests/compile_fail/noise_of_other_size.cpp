// expect: stylegan::NoiseInput: noise must have one map of the size of x
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/noise_input.hpp>

using namespace stylegan;

int main() {
    Context<Cpu> context;
    const NoiseInput<8> layer;
    const FeatureMaps<Cpu, 8, 16, 16> x(1);
    const FeatureMaps<Cpu, 1, 8, 8> noise(1);
    return static_cast<int>(layer(context, x, noise).size());
}
