// SPDX-License-Identifier: Apache-2.0
// style_mixing NETWORK OUT.png: each picture is the one at the left of its row, but for some layers that take the style of
// the one on top of its column: the coarse layers in the upper rows, then the middle ones, then the fine ones.
// See figure 3 of Karras, Laine, Aila (2019).
#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/io/picture.hpp>
#include <stylegan/models/load.hpp>

#include <algorithm>
#include <iostream>
#include <numeric>

namespace sg = stylegan;

int main(int argc, char** argv) try {
    if (argc != 3) return std::cerr << "usage: style_mixing NETWORK OUT.png\n", 2;
    const auto generator = sg::load_generator(argv[1]);
    const auto latent_size = static_cast<std::size_t>(generator.architecture().latent_size);
    const std::vector<std::uint32_t> left{0, 1, 2, 3, 4, 5}, top{10, 11, 12, 13, 14, 15};
    const auto w_left = generator.map(sg::latents_of_seeds(left, latent_size));
    const auto w_top = generator.map(sg::latents_of_seeds(top, latent_size));

    // The coarse layers of the paper are 4x4 and 8x8 of nine resolutions, the middle ones 16x16 and 32x32.
    const int layers = generator.architecture().layers();
    const int middle = std::max(2, (layers + 4) / 9 * 2), fine = std::min(2 * middle, layers);
    const std::vector<std::pair<int, int>> groups{{0, middle}, {middle, fine}, {fine, layers}};

    const std::size_t columns = top.size() + 1, rows = left.size() + 1;
    std::vector<sg::Image> cells(columns * rows);
    const sg::Synthesis<float> options{.truncation = {.psi = 0.7f}};
    const auto pictures_left = sg::to_uint8(generator.synthesize(w_left, options));
    const auto pictures_top = sg::to_uint8(generator.synthesize(w_top, options));
    cells[0] = sg::Image(pictures_top[0].width, pictures_top[0].height, pictures_top[0].channels);  // black
    std::copy(pictures_top.begin(), pictures_top.end(), cells.begin() + 1);
    for (std::size_t row = 0; row < left.size(); ++row) {
        auto w = w_top;  // the w of this row, once for each column
        for (std::size_t column = 0; column < top.size(); ++column)
            std::copy_n(w_left.data() + row * w_left.shape(1), w_left.shape(1), w.data() + column * w.shape(1));

        const auto [first, end] = groups[row * groups.size() / left.size()];
        std::vector<int> mixed(static_cast<std::size_t>(end - first));
        std::iota(mixed.begin(), mixed.end(), first);
        const auto pictures = sg::to_uint8(generator.synthesize(generator.mix(w, w_top, mixed), options));

        const std::size_t at = (row + 1) * columns;
        cells[at] = pictures_left[row];
        std::copy(pictures.begin(), pictures.end(), cells.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    }
    sg::write_png(argv[2], sg::image_grid(cells, static_cast<int>(columns), static_cast<int>(rows)));
} catch (const sg::Error& error) {
    std::cerr << "style_mixing: " << error.what() << '\n';
    return 1;
}
