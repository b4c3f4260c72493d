// SPDX-License-Identifier: Apache-2.0
// path_length NETWORK VGG [HEADS]
// Perceptual path length in W of a checkpoint, and of a generator that is no network: any function from latents to pictures.
#include <stylegan/stylegan.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace sg = stylegan;

int main(int argc, char** argv) try {
    if (argc < 3) return std::fprintf(stderr, "usage: path_length NETWORK VGG [HEADS]\n"), 2;
    const auto generator = sg::load_generator(argv[1]);
    const auto lpips = sg::load_lpips(argv[2], argc > 3 ? argv[3] : "", generator.shared_context());
    const sg::PathLengthOptions options{.crop = false, .samples = 1000};

    const auto report = [](const char* name, const sg::PathLength& length) {
        std::printf("%-10s %10.3f +- %.3f\n", name, length.estimate.mean, length.estimate.standard_error.value());
    };
    report("network", sg::perceptual_path_length(sg::path_generator(generator), lpips, options));

    // stripes whose phase is the latent
    const sg::PathGenerator<float> stripes{.latent_size = 1, .pictures = [](const auto& w, const sg::PathDraw&) {
                                               auto x = xt::xtensor<float, 4>::from_shape({w.shape(0), 1, 32, 32});
                                               for (std::size_t n = 0; n < w.shape(0); ++n)
                                                   for (std::size_t i = 0; i < 32 * 32; ++i)
                                                       x.data()[n * 32 * 32 + i] =
                                                           std::sin(w(n, 0) + static_cast<float>(i % 32) / 3);
                                               return x;
                                           }};
    report("stripes", sg::perceptual_path_length(stripes, lpips, options));
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
}
