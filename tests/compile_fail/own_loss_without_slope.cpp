// expect: stylegan::Loss: .real, .fake and .generator take a score (double), or a score and the other one of its pair, and return a stylegan::ValueAndSlope
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/training/loss.hpp>

using namespace stylegan;

double function(double score) { return score; }

int main() { const Loss loss{.name = "mine", .real = function, .fake = function, .generator = function}; }
