// expect: stylegan::MinibatchStddev: Features must divide the feature maps of x
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/minibatch_stddev.hpp>

using namespace stylegan;

int main() {
    Context<Cpu> context;
    const MinibatchStddev<4, 3> layer;
    const FeatureMaps<Cpu, 8, 4, 4> x(4);
    return static_cast<int>(layer(context, x).size());
}
