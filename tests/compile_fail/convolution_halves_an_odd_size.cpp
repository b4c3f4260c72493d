// expect: stylegan::Convolution: Resample::down needs even extents
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/convolution.hpp>

using namespace stylegan;

int main() {
    Context<Cpu> context;
    const Convolution<8, 8, 3, Resample::down> layer;
    const FeatureMaps<Cpu, 8, 7, 8> x(1);
    return static_cast<int>(layer(context, x).size());
}
