// expect: stylegan::Loss: a loss needs all of .real, .fake and .generator, in this order
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/training/loss.hpp>

using namespace stylegan;

ValueAndSlope function(double score) { return {score, 1}; }

int main() { const Loss loss{.name = "mine", .real = function, .generator = function}; }
