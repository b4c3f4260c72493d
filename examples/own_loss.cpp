// SPDX-License-Identifier: Apache-2.0
// Losses of your own: least squares, and a hinge that compares each generated picture with a real one. A loss is a value with
// three functions from a score to a value and its slope; penalties, snapshots and the trainer do the rest.
#include <stylegan/stylegan.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

using namespace stylegan;

// Mao et al., "Least Squares Generative Adversarial Networks" (2017), with R1
const Loss least_squares{.name = "least-squares",
                         .real = [](double s) -> ValueAndSlope {
                             return {(s - 1) * (s - 1), 2 * (s - 1)};
                         },
                         .fake = [](double s) -> ValueAndSlope {
                             return {s * s, 2 * s};
                         },
                         .generator = [](double s) -> ValueAndSlope {
                             return {(s - 1) * (s - 1), 2 * (s - 1)};
                         },
                         .r1_gamma = 0.1};

// A hinge on pairs (Jolicoeur-Martineau, "The relativistic discriminator", 2018): a function of two scores gets those of a
// real and a generated picture, its own first. The value of the pair is counted with the real picture; the slope belongs to both.
ValueAndSlope hinge(double s) { return {std::max(1 - s, 0.0), s < 1 ? -1.0 : 0.0}; }
const Loss hinge_of_pairs{.name = "hinge-of-pairs",
                          .real = [](double real, double fake) { return hinge(real - fake); },
                          .fake =
                              [](double fake, double real) {
                                  return ValueAndSlope{0, -hinge(real - fake).slope};
                              },
                          .generator = [](double fake, double real) { return hinge(fake - real); },
                          .r1_gamma = 0.1};

int main(int argc, char** argv) try {
    check_loss(least_squares);  // holds slopes against differences of the values
    check_loss(hinge_of_pairs);
    const double kimg = argc > 2 ? std::atof(argv[2]) : 2;
    constexpr Architecture a{
        .resolution_log2 = 4, .fmap_max = 32, .latent_size = 32, .dlatent_size = 32, .mapping_fmaps = 32};
    for (const Loss& loss : {least_squares, hinge_of_pairs}) {
        TrainingOptions options{.loss = loss, .total_kimg = kimg, .kimg_per_tick = kimg / 4};
        options.schedule = {.growing = false, .batch = 16, .lr = 0.002};
        Trainer<> trainer(a, options, picture_source(argc > 1 ? argv[1] : "pictures", false));
        trainer.run([&](const auto& tick) {
            std::printf("%-14s kimg %5.2f  scores %6.2f real %6.2f fake\n", loss.name.c_str(),
                        static_cast<double>(tick.progress.pictures) / 1000,
                        tick.statistics.at("Loss/scores/real").mean(), tick.statistics.at("Loss/scores/fake").mean());
            return true;
        });
        save_snapshot(loss.name + ".safetensors", trainer);
    }
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
}
