// expect: stylegan::check_derivatives: the layer must be one of BasicCpu<double>, since single precision cannot be differenced
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/checks/check_derivatives.hpp>
#include <stylegan/layers/dense.hpp>

using namespace stylegan;

int main() {
    Context<BasicCpu<double>> context;
    using Layer = Dense<dynamic, dynamic, Cpu>;
    check_derivatives(context, Layer(3, 4), calls_of<Layer>({2, 3}, {2, 4}));
}
