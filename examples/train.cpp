// SPDX-License-Identifier: Apache-2.0
// train PICTURES [KIMG]
// The smallest trainer: a folder or zip archive of square pictures in, a checkpoint and a grid out. `stylegan train`
// has the official flags, logs and resuming.
#include <stylegan/stylegan.hpp>

#include <cstdio>
#include <cstdlib>

namespace sg = stylegan;

int main(int argc, char** argv) try {
    if (argc < 2) return std::fprintf(stderr, "usage: train PICTURES [KIMG]\n"), 2;
    const sg::PictureSource pictures = sg::picture_source(argv[1], false);  // true: with its labels

    sg::Architecture a = sg::at_resolution(sg::config_f, pictures.resolution.width);
    a.num_channels = pictures.channels;
    a.label_size = pictures.label_size;
    a.fmap_base = 1024;  // a sixteenth of the paper's widths: an evening on a CPU, not a week on eight GPUs
    a.fmap_max = a.latent_size = a.dlatent_size = a.mapping_fmaps = 128;

    sg::TrainingOptions options{.total_kimg = argc > 2 ? std::atof(argv[2]) : 100, .ema_kimg = 5, .mirror = true};
    options.kimg_per_tick = options.total_kimg / 20;
    options.schedule = {.growing = false, .batch = 16, .lr = 0.002};
    options.loss = sg::losses::logistic.with_r1(0.3);
    sg::Trainer<> trainer(a, options, pictures);
    trainer.run([&](const auto& tick) {
        std::printf("kimg %6.2f  lod %.2f  minibatch %d\n", static_cast<double>(tick.progress.pictures) / 1000,
                    tick.step.lod, tick.step.batch);
        std::fflush(stdout);
        return true;
    });
    sg::save_snapshot("train.safetensors", trainer);
    sg::write_picture("train.png", trainer.averaged()(trainer.averaged().latents({0, 1, 2, 3, 4, 5, 6, 7, 8})));
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
}
