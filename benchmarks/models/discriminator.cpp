// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/models/discriminator.hpp>

namespace stylegan::benchmarks {
namespace {

using Pictures = AnyDiscriminator<Cpu>::Pictures;

[[nodiscard]] Pictures pictures(Index batch, const Architecture& a) {
    const auto side = static_cast<std::size_t>(a.picture().height);
    Pictures x =
        Pictures::from_shape({static_cast<std::size_t>(batch), static_cast<std::size_t>(a.num_channels), side, side});
    RandomStream(1, 0, Purpose::test).fill_normal(x.data(), x.size());
    return x;
}

/// Scores of pictures, full width.
void discriminator(benchmark::State& state) {
    const Architecture a = at_resolution(config_f, static_cast<int>(state.range(0)));
    const AnyDiscriminator<Cpu> d(a, 0, Cpu{.threads = static_cast<int>(state.range(2))});
    const Pictures x = pictures(state.range(1), a);
    measure(state, [&] { benchmark::DoNotOptimize(d(x).data()); });
    state.SetItemsProcessed(state.iterations() * state.range(1));
}

/// The gradient of the scores with respect to the pictures, as R1 takes it.
void picture_gradient(benchmark::State& state) {
    const Architecture a = at_resolution(config_f, static_cast<int>(state.range(0)));
    AnyDiscriminator<Cpu> d(a, 0, Cpu{.threads = static_cast<int>(state.range(2))});
    const Pictures x = pictures(state.range(1), a);
    measure(state, [&] { benchmark::DoNotOptimize(d.picture_gradient(x).data()); });
    state.SetItemsProcessed(state.iterations() * state.range(1));
}

void sizes(benchmark::internal::Benchmark* b) {
    named(b, {"resolution", "batch", "threads"});
    b->Unit(benchmark::kMillisecond);
    for (int threads : thread_counts)
        for (int resolution : {32, 128}) b->Args({resolution, training_batch, threads});
}

BENCHMARK(discriminator)->Apply(sizes);
BENCHMARK(picture_gradient)->Apply(sizes);

}  // namespace
}  // namespace stylegan::benchmarks
