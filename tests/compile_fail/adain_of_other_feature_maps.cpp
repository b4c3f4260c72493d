// expect: stylegan::AdaIN: x must have Channels feature maps
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/adain.hpp>

using namespace stylegan;

int main() {
    Context<Cpu> context;
    const AdaIN<512, 512> layer;
    const FeatureMaps<Cpu, 256, 4, 4> x(1);
    const Vectors<Cpu, 512> w(1);
    return static_cast<int>(layer(context, x, w).size());
}
