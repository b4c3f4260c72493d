// expect: resolution must be the base size times a power of two
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/generator.hpp>

int main() {
    const stylegan::Generator<100> generator;
    (void)generator;
}
