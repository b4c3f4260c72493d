// expect: stylegan::Convolution: x must have In feature maps
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/convolution.hpp>

using namespace stylegan;

int main() {
    Context<Cpu> context;
    const Convolution<64, 32> layer;
    const FeatureMaps<Cpu, 32, 8, 8> x(1);
    return static_cast<int>(layer(context, x).size());
}
