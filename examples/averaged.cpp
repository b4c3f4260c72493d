// SPDX-License-Identifier: Apache-2.0
// averaged SNAPSHOT OUT.safetensors
// Writes the averaged generator of a training snapshot to a file of its own, to publish it.
#include <stylegan/models/load.hpp>

#include <cstdio>

int main(int argc, char** argv) try {
    if (argc != 3) {
        std::fprintf(stderr, "usage: averaged SNAPSHOT OUT.safetensors\n");
        return 2;
    }
    const auto generator = stylegan::load_generator(argv[1]);
    stylegan::save(argv[2], generator);
} catch (const stylegan::Error& e) {
    std::fprintf(stderr, "averaged: %s\n", e.what());
    return 1;
}
