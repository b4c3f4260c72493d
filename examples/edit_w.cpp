// SPDX-License-Identifier: Apache-2.0
// edit_w NETWORK
// Edits of w in Eigen: a direction found as a principal component of many w, followed to both sides, in all layers and in the
// coarse ones alone. Writes a grid: a row for each edit, from -3 to 3 deviations.
#include <stylegan/stylegan.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>

namespace sg = stylegan;

int main(int argc, char** argv) try {
    if (argc != 2) return std::fprintf(stderr, "usage: edit_w NETWORK\n"), 2;
    const auto generator = sg::load_generator(argv[1]);

    // the first principal component of the w of 2000 seeds
    std::vector<std::uint32_t> seeds(2000);
    std::iota(seeds.begin(), seeds.end(), 0u);
    const auto many = generator.map(generator.latents(seeds));
    const Eigen::MatrixXf centred = sg::as_eigen(many).rowwise() - sg::as_eigen(many).colwise().mean();
    Eigen::VectorXf direction = centred.transpose().col(0);
    for (int i = 0; i < 100; ++i) direction = (centred.transpose() * (centred * direction)).normalized();
    const float variance = (centred * direction).squaredNorm() / 2000.0f;
    const Eigen::RowVectorXf step = std::sqrt(variance) * direction.transpose();
    std::printf("the first of %ld components has %.0f %% of the variance\n", static_cast<long>(step.size()),
                static_cast<double>(100 * variance / (centred.squaredNorm() / 2000.0f)));

    // w of one seed, truncated, moved by -3 to 3 deviations: (7, w_size)
    auto w = generator.map(generator.latents(std::vector<std::uint32_t>(7, 5)));
    auto rows = sg::as_eigen(w);
    const sg::Array<float, 2> unmoved = w;
    for (int i = 0; i < 7; ++i) rows.row(i) += static_cast<float>(i - 3) * step;

    const sg::SynthesisOptions<float> options{.truncation = {.psi = 0.7f}};
    std::vector<sg::Image> pictures = sg::to_uint8(generator.synthesize(w, options));
    for (const sg::Image& picture :
         sg::to_uint8(generator.synthesize(generator.mix(unmoved, w, {0, 1, 2, 3}), options)))
        pictures.push_back(picture);
    sg::write_png("edit_w.png", sg::image_grid(pictures, 7, 2));
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
}
