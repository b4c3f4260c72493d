// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/models/generator.hpp>

namespace stylegan::benchmarks {
namespace {

using Latents = AnyGenerator<Cpu>::Latents;

[[nodiscard]] Latents latents(Index batch, const Architecture& a) {
    Latents z = Latents::from_shape({static_cast<std::size_t>(batch), static_cast<std::size_t>(a.latent_size)});
    RandomStream(1, 0, Purpose::test).fill_normal(z.data(), z.size());
    return z;
}

/// Of one picture, as the definitions count: each resolution is reached by upscaling, then convolving.
[[nodiscard]] double multiply_adds(const Architecture& a) {
    double sum = 8.0 * a.latent_size * a.mapping_fmaps;
    for (int s = 0; s < a.stages(); ++s) {
        const double pixels = a.size(s).height * a.size(s).width, maps = a.feature_maps(s);
        const double before = s == 0 ? 0 : a.feature_maps(s - 1);  // the first stage starts from a constant
        sum += pixels * 9 * (before * maps + maps * maps) + 4.0 * a.dlatent_size * maps;
    }
    const Size picture = a.picture();
    return sum + 1.0 * picture.height * picture.width * a.feature_maps(a.stages() - 1) * a.num_channels;
}

/// Pictures from z, full width, constant noise.
void generator(benchmark::State& state) {
    const Architecture a = at_resolution(config_f, static_cast<int>(state.range(0)));
    const Index batch = state.range(1);
    const AnyGenerator<Cpu> g(a, 0, Cpu{.threads = static_cast<int>(state.range(2))});
    const Latents z = latents(batch, a);
    measure(state, [&] { benchmark::DoNotOptimize(g(z).data()); });
    count_multiply_adds(state, static_cast<double>(batch) * multiply_adds(a));
    state.SetItemsProcessed(state.iterations() * batch);
}

/// z to w.
void mapping(benchmark::State& state) {
    const Architecture a = at_resolution(config_f, 4);
    const AnyGenerator<Cpu> g(a, 0, Cpu{.threads = static_cast<int>(state.range(1))});
    const Latents z = latents(state.range(0), a);
    measure(state, [&] { benchmark::DoNotOptimize(g.map(z).data()); });
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

void resolutions(benchmark::internal::Benchmark* b) {
    named(b, {"resolution", "batch", "threads"});
    b->Unit(benchmark::kMillisecond);
    for (int threads : thread_counts) {
        for (int resolution : {32, 256, 1024}) b->Args({resolution, 1, threads});
        b->Args({256, 4, threads});
    }
}

void batches(benchmark::internal::Benchmark* b) {
    named(b, {"batch", "threads"});
    for (int threads : thread_counts)
        for (int batch : {1, 16}) b->Args({batch, threads});
}

BENCHMARK(generator)->Apply(resolutions);
BENCHMARK(mapping)->Apply(batches);

}  // namespace
}  // namespace stylegan::benchmarks
