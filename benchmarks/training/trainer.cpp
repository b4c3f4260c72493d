// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/training/trainer.hpp>

namespace stylegan::benchmarks {
namespace {

/// Pictures of some pattern: what they show makes no difference to the time.
[[nodiscard]] PictureSource patterns(const Architecture& a) {
    PictureSource source{.size = 1024, .resolution = a.picture(), .channels = a.num_channels};
    source.picture = [](Index i, int, std::span<std::uint8_t> pixels) {
        for (std::size_t p = 0; p < pixels.size(); ++p)
            pixels[p] = static_cast<std::uint8_t>(static_cast<std::size_t>(i) * 31 + p * 7);
    };
    return source;
}

/// One step of training: the discriminator with R1, Adam, the moving average, the generator, Adam. No growing.
void training_step(benchmark::State& state) {
    Architecture a = at_resolution(config_f, static_cast<int>(state.range(0)));
    a.fmap_base = static_cast<int>(state.range(1));
    a.fmap_max = static_cast<int>(state.range(2));
    a.latent_size = a.dlatent_size = a.mapping_fmaps = a.fmap_max;
    TrainingOptions options;
    options.schedule.growing = false;
    options.schedule.batch = static_cast<int>(state.range(3));
    Trainer<Cpu> trainer(a, options, patterns(a), Cpu{.threads = static_cast<int>(state.range(4))});
    measure(state, [&] { trainer.step(); });
    state.SetItemsProcessed(state.iterations() * options.schedule.batch);
}

void networks(benchmark::internal::Benchmark* b) {
    named(b, {"resolution", "fmap_base", "fmap_max", "batch", "threads"});
    b->Unit(benchmark::kMillisecond);
    for (int threads : thread_counts) {
        b->Args({32, 1024, 128, 16, threads});  // as the generator in examples/data
        b->Args({32, 8192, 512, 4, threads});   // full width
    }
}

BENCHMARK(training_step)->Apply(networks);

}  // namespace
}  // namespace stylegan::benchmarks
