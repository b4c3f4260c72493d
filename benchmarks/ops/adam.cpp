// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/ops/adam.hpp>

namespace stylegan::benchmarks {
namespace {

/// The parameters of a 3x3 convolution of 512 maps, and of a small network.
struct Parameters {
    Index count;
    Cpu device;
    explicit Parameters(const benchmark::State& state)
        : count(state.range(0)), device{.threads = static_cast<int>(state.range(1))} {}
};

void adam_update(benchmark::State& state) {
    const Parameters s(state);
    Context<Cpu> c(s.device);
    const auto gradient = random_vector(s.count);
    auto value = random_vector(s.count);
    std::vector<float> m(value.size()), v(value.size());
    measure(state, [&] {
        ops::adam_update(c, s.count, value.data(), gradient.data(), m.data(), v.data(), 1e-6f, 0.0f, 0.99f, 1e-8f);
    });
    count_traffic(state, 7.0 * static_cast<double>(s.count));
}

void average_into(benchmark::State& state) {
    const Parameters s(state);
    Context<Cpu> c(s.device);
    const auto value = random_vector(s.count);
    auto average = random_vector(s.count);
    measure(state, [&] { ops::average_into(c, s.count, average.data(), value.data(), 0.999f); });
    count_traffic(state, 3.0 * static_cast<double>(s.count));
}

void all_finite(benchmark::State& state) {
    const Parameters s(state);
    Context<Cpu> c(s.device);
    const auto values = random_vector(s.count);
    measure(state, [&] { benchmark::DoNotOptimize(ops::all_finite(c, s.count, values.data())); });
    count_traffic(state, static_cast<double>(s.count));
}

void sizes(benchmark::internal::Benchmark* b) {
    named(b, {"values", "threads"});
    for (int threads : thread_counts)
        for (int values : {3 * 3 * 128 * 128, 3 * 3 * 512 * 512}) b->Args({values, threads});
}

BENCHMARK(adam_update)->Apply(sizes);
BENCHMARK(average_into)->Apply(sizes);
BENCHMARK(all_finite)->Apply(sizes);

}  // namespace
}  // namespace stylegan::benchmarks
