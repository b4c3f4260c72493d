// SPDX-License-Identifier: Apache-2.0
// truncation NETWORK OUT.png: the same seeds with psi from 1 (as they are) over 0 (the average) to -1 (the opposite).
// See figure 8 of Karras, Laine, Aila (2019).
#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/io/picture.hpp>
#include <stylegan/models/load.hpp>

#include <iostream>

namespace sg = stylegan;

int main(int argc, char** argv) try {
    if (argc != 3) return std::cerr << "usage: truncation NETWORK OUT.png\n", 2;
    const auto generator = sg::load_generator(argv[1]);
    const std::vector<std::uint32_t> seeds{0, 1, 2, 3, 4, 5};
    const std::vector<float> psis{1, 0.7f, 0.5f, 0.25f, 0, -0.25f, -0.5f, -1};

    const auto z = sg::latents_of_seeds(seeds, static_cast<std::size_t>(generator.architecture().latent_size));
    const auto w = generator.map(z);
    std::vector<sg::Image> cells(seeds.size() * psis.size());  // a row for each seed
    for (std::size_t p = 0; p < psis.size(); ++p) {
        const auto pictures = sg::to_uint8(generator.synthesize(w, {.truncation = {.psi = psis[p]}}));
        for (std::size_t s = 0; s < seeds.size(); ++s) cells[s * psis.size() + p] = pictures[s];
    }
    sg::write_png(argv[2], sg::image_grid(cells, static_cast<int>(psis.size()), static_cast<int>(seeds.size())));
} catch (const sg::Error& error) {
    std::cerr << "truncation: " << error.what() << '\n';
    return 1;
}
