// SPDX-License-Identifier: Apache-2.0
// minimal NETWORK
// Writes two pictures of a network whose architecture is a compile-time constant, here that of
// examples/data/faces-32.safetensors. `stylegan info NETWORK` prints the constant for another network.
#include <stylegan/stylegan.hpp>

#include <iostream>

namespace sg = stylegan;

constexpr sg::Architecture faces{.resolution_log2 = 5,
                                 .fmap_base = 1024,
                                 .fmap_max = 128,
                                 .latent_size = 128,
                                 .dlatent_size = 128,
                                 .mapping_fmaps = 128};

int main(int argc, char** argv) try {
    if (argc != 2) return std::cerr << "usage: minimal NETWORK\n", 2;
    sg::BasicGenerator<faces> generator(sg::uninitialized);
    sg::load(generator, argv[1]);

    const auto pictures = generator(sg::latents_of_seeds({5, 1000}, faces.latent_size), {.truncation = {.psi = 0.7f}});
    sg::write_png("seed0005.png", pictures, 0);
    sg::write_png("seed1000.png", pictures, 1);
} catch (const sg::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
