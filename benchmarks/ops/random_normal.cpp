// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/ops/random_normal.hpp>

namespace stylegan::benchmarks {
namespace {

/// A noise map of each stage.
void random_normal(benchmark::State& state) {
    const Index count = state.range(0) * state.range(0);
    Context<Cpu> c(Cpu{.threads = static_cast<int>(state.range(1))});
    std::vector<float> y(static_cast<std::size_t>(count));
    measure(state, [&] { ops::random_normal(c, RandomStream(1, 0, Purpose::noise), count, y.data()); });
    count_traffic(state, static_cast<double>(count));
}

void sizes(benchmark::internal::Benchmark* b) {
    named(b, {"size", "threads"});
    for (int threads : thread_counts)
        for (int s = 0; s < config_f.stages(); ++s) b->Args({side(s), threads});
}

BENCHMARK(random_normal)->Apply(sizes);

}  // namespace
}  // namespace stylegan::benchmarks
