// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/metrics/lpips.hpp>

namespace stylegan::benchmarks {
namespace {

using Pictures = Lpips<Cpu>::Pictures;

[[nodiscard]] Pictures pictures(Index pairs, Index side, std::uint64_t seed) {
    const auto s = static_cast<std::size_t>(side);
    Pictures x = Pictures::from_shape({static_cast<std::size_t>(pairs), 3, s, s});
    RandomStream(seed, 0, Purpose::test).fill_normal(x.data(), x.size());
    return x;
}

/// Distances of pairs of pictures: width of the network, side, pairs, threads. Pictures per second, two for each pair.
void lpips(benchmark::State& state) {
    const Lpips<Cpu> distance(Vgg16<Cpu>(static_cast<int>(state.range(0)), {.wscale = false}, 0,
                                         Cpu{.threads = static_cast<int>(state.range(3))}));
    const Pictures a = pictures(state.range(2), state.range(1), 1), b = pictures(state.range(2), state.range(1), 2);
    measure(state, [&] { benchmark::DoNotOptimize(distance(a, b).data()); });
    state.SetItemsProcessed(state.iterations() * 2 * state.range(2));
}

/// Distances with their gradient with respect to the first pictures.
void lpips_gradient(benchmark::State& state) {
    Lpips<Cpu> distance(Vgg16<Cpu>(static_cast<int>(state.range(0)), {.wscale = false}, 0,
                                   Cpu{.threads = static_cast<int>(state.range(3))}));
    const Pictures a = pictures(state.range(2), state.range(1), 1), b = pictures(state.range(2), state.range(1), 2);
    measure(state, [&] { benchmark::DoNotOptimize(distance.gradient(a, b).data()); });
    state.SetItemsProcessed(state.iterations() * 2 * state.range(2));
}

void sizes(benchmark::internal::Benchmark* b) {
    named(b, {"width", "side", "pairs", "threads"});
    b->Unit(benchmark::kMillisecond);
    for (int threads : thread_counts)
        for (int width : {16, 64}) b->Args({width, 256, 1, threads});
}

BENCHMARK(lpips)->Apply(sizes);
BENCHMARK(lpips_gradient)->Apply(sizes);

}  // namespace
}  // namespace stylegan::benchmarks
