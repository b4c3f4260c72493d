// SPDX-License-Identifier: Apache-2.0
// own_architecture [KIMG]
// Trains a network of your own architecture, for pictures of 64x96 (height x width), on pictures of your own, for KIMG
// thousand pictures. Without KIMG it takes a few steps, in seconds.
// Writes random-weights.png, real.png, after-training.png and own-network.safetensors into the current folder.
#include <stylegan/stylegan.hpp>

#include <cstdlib>
#include <iostream>

namespace sg = stylegan;

// Pictures 64 pixels high and 96 wide: 4x6, doubled four times. Few feature maps, so that a CPU trains it in seconds.
constexpr sg::Architecture wide{.base = {4, 6},
                                .resolution_log2 = 6,
                                .fmap_base = 256,
                                .fmap_max = 32,
                                .latent_size = 32,
                                .dlatent_size = 48,
                                .mapping_layers = 4,
                                .mapping_fmaps = 64};
static_assert(wide.picture() == sg::Size{64, 96});

/// Picture i of the data set: a disc of random colour and position on a dark background. (C, H, W)
void draw_disc(sg::Index i, int halvings, std::span<std::uint8_t> pixels) {
    const sg::RandomStream random(1, static_cast<std::uint64_t>(i), sg::Purpose::example);
    const int height = wide.picture().height >> halvings, width = wide.picture().width >> halvings;
    const double radius = (0.2 + 0.2 * random.uniform(0)) * height;
    const double x0 = random.uniform(1) * width, y0 = random.uniform(2) * height;
    for (int c = 0; c < 3; ++c)
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x) {
                const bool inside = (x - x0) * (x - x0) + (y - y0) * (y - y0) < radius * radius;
                const double value = inside ? 100 + 155 * random.uniform(3 + static_cast<std::uint64_t>(c)) : 30;
                pixels[static_cast<std::size_t>((c * height + y) * width + x)] = static_cast<std::uint8_t>(value);
            }
}

int main(int argc, char** argv) try {
    const auto z = sg::latents_of_seeds({0, 1, 2, 3}, wide.latent_size);
    const auto write_row = [](const char* name, const auto& pictures) {
        const std::vector<sg::Image> images = sg::to_uint8(pictures);
        sg::write_png(name, sg::image_grid(images, static_cast<int>(images.size()), 1));
    };

    // The architecture is part of the networks' types: z of another width would not compile.
    const sg::BasicGenerator<wide> generator;
    sg::BasicDiscriminator<wide> discriminator;
    const auto fakes = generator(z);
    write_row("random-weights.png", fakes);

    // The gradient of the score with respect to the pixels, whose square R1 penalizes.
    const auto gradient = discriminator.picture_gradient(fakes);
    double squared = 0;
    for (const float g : gradient) squared += static_cast<double>(g) * static_cast<double>(g);
    std::cout << "|dD/dx|^2 of random networks, mean of " << z.shape(0)
              << " pictures: " << squared / static_cast<double>(z.shape(0)) << '\n';

    // Training. The trainer asks for pictures by index; here they are drawn, usually they come from a Dataset.
    const sg::PictureSource source{.size = 1000, .resolution = wide.picture(), .picture = draw_disc};
    sg::TrainingOptions options{.schedule = {.growing = false, .batch = 8, .lr = 0.002},
                                .loss = sg::losses::logistic.with_r1(20)};
    options.total_kimg = argc > 1 ? std::atof(argv[1]) : 0.8;
    options.kimg_per_tick = options.total_kimg / 4;
    options.ema_kimg = 0.1;
    sg::Trainer<sg::Cpu> trainer(wide, options, source);
    trainer.run([](const auto& tick) {
        std::cout << tick.progress.pictures << " pictures: loss of G " << tick.statistics.at("Loss/G/loss").mean()
                  << ", of D " << tick.statistics.at("Loss/D/loss").mean() << std::endl;
        return true;  // false stops the training
    });

    std::vector<std::uint8_t> pixels(3 * 64 * 96);
    draw_disc(0, 0, pixels);
    auto real = xt::xtensor<float, 4>::from_shape({1, 3, 64, 96});
    for (std::size_t i = 0; i < real.size(); ++i) real.data()[i] = static_cast<float>(pixels[i]) / 127.5f - 1;
    write_row("real.png", real);
    write_row("after-training.png", trainer.averaged()(z));
    sg::save("own-network.safetensors", trainer.averaged());
    std::cout << "Wrote random-weights.png, real.png, after-training.png and own-network.safetensors\n";
} catch (const sg::Error& error) {
    std::cerr << "own_architecture: " << error.what() << '\n';
    return 1;
}
