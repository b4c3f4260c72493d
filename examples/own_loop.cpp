// SPDX-License-Identifier: Apache-2.0
// A training loop by hand: both networks forward and backward on views, a hinge loss written out, Adam, the moving average.
// The library's Trainer does this and more (growing, R1, mixed batches, snapshots); change what you like here.
#include <stylegan/stylegan.hpp>

#include <cstdio>
#include <cstdlib>
#include <numeric>

using namespace stylegan;

constexpr Architecture a{
    .resolution_log2 = 4, .fmap_max = 32, .latent_size = 32, .dlatent_size = 32, .mapping_fmaps = 32};
constexpr Index batch = 16;
constexpr double lr = 0.002;

/// The scores of pictures, then backward from the slope of the loss at each of them. @return the mean score
template <class Slope>
double judge(AnyDiscriminator<>& d, Context<Cpu>& context, Maps<const float> pictures, Maps<float> dpictures, Pass pass,
             Slope slope) {
    const Workspace::Frame frame(context.workspace());
    DiscriminatorNetwork<>::Cache cache;
    const Rows<float> scores = context.take(batch, 1);
    d.network().forward(context, pictures, {}, Level::of(a, 0), scores, &cache);
    const double mean = as_eigen(scores).mean();
    for (Index n = 0; n < batch; ++n) scores(n, 0) = slope(scores(n, 0)) / static_cast<float>(batch);
    d.network().backward(context, cache, scores, dpictures, pass);
    return mean;
}

constexpr auto clear = [](const std::string&, Parameter<Cpu>& parameter) { parameter.clear_gradient(); };

int main(int argc, char** argv) try {
    const PictureSource reals = picture_source(argc > 1 ? argv[1] : "pictures");
    const int steps = argc > 2 ? std::atoi(argv[2]) : 100;
    const auto context = std::make_shared<Context<Cpu>>();
    AnyGenerator<> g(a, context, 0), averaged = g;
    AnyDiscriminator<> d(a, context, 1);
    Adam<Cpu> g_adam(g), d_adam(d);
    const Level level = Level::of(a, 0);
    std::vector<Index> samples(batch);
    std::iota(samples.begin(), samples.end(), 0);
    std::vector<float> w_sum(static_cast<std::size_t>(a.w_size()));

    for (int step = 0; step < steps; ++step) {
        const Workspace::Frame frame(context->workspace());
        const auto number = static_cast<std::uint64_t>(step);
        const Maps<float> real = context->take(batch, 3, 16, 16), fake = context->take_like(real);
        std::vector<std::uint8_t> pixels(static_cast<std::size_t>(real.stride()));
        for (Index n = 0; n < batch; ++n) {
            reals.picture((step * batch + n) % reals.size, 0, pixels);
            process_real<float>(pixels, 3, 16, 16, false, 0, real.part(n, 1).data);
        }

        // the discriminator: relu(1 - D(x)) + relu(1 + D(G(z)))
        for_each_parameter(d, clear);
        GeneratorPass(g, Draws<Cpu>(0, 2 * number), level, samples).forward({}, fake, w_sum, false);
        const double on_real =
            judge(d, *context, real, {}, Pass::gradients, [](float s) { return s < 1 ? -1.0f : 0.0f; });
        const double on_fake =
            judge(d, *context, fake, {}, Pass::gradients, [](float s) { return s > -1 ? 1.0f : 0.0f; });
        d_adam.step(d, *context, lr);
        update_average(*context, averaged, g, ema_beta(batch, 1));

        // the generator: -D(G(z))
        for_each_parameter(g, clear);
        GeneratorPass pass(g, Draws<Cpu>(0, 2 * number + 1), level, samples);
        pass.forward({}, fake, w_sum, true);
        const Maps<float> dfake = context->take_like(fake);
        judge(d, *context, fake, dfake, Pass::inputs, [](float) { return -1.0f; });
        pass.backward(dfake);
        g_adam.step(g, *context, lr);
        if (step % 20 == 0) std::printf("step %4d  scores %6.2f real %6.2f fake\n", step, on_real, on_fake);
    }
    write_png("own-loop.png", to_uint8(averaged(averaged.latents({0})), 0));
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
}
