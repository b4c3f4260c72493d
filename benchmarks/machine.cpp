// SPDX-License-Identifier: Apache-2.0
// What this machine can do: the limits that other figures are judged by.
#include "support.hpp"

#include <stylegan/ops/vector/lanes.hpp>

namespace stylegan::benchmarks {
namespace {

using Vector = ops::Lanes<float>;
constexpr int width = ops::vector_width<float>;
constexpr Index memory_values = Index{64} << 20;  // 256 MiB: more than caches hold

/// Calls f(first, count) for parts of the memory, on all threads.
template <class F>
void for_each_part(Context<Cpu>& c, F f) {
    constexpr Index part = Index{1} << 18;
    c.parallel_for(memory_values / part, [&](Index item) { f(item * part, part); });
}

void multiply_add(benchmark::State& state) {
    Context<Cpu> c(Cpu{.threads = static_cast<int>(state.range(0))});
    constexpr int chains = 12;  // more than latency times throughput, fewer than registers
    constexpr Index rounds = 1 << 20;
    measure(state, [&] {
        c.parallel_for(c.threads(), [&](Index item) {
            Vector sum[chains] = {}, factor = Vector{} + 0.999f, term = Vector{} + static_cast<float>(item);
            benchmark::DoNotOptimize(factor);
            benchmark::DoNotOptimize(term);
            for (Index i = 0; i < rounds; ++i)
#pragma GCC unroll 12
                for (int k = 0; k < chains; ++k) sum[k] = sum[k] * factor + term;
            for (int k = 0; k < chains; ++k) benchmark::DoNotOptimize(sum[k]);
        });
    });
    count_multiply_adds(state, static_cast<double>(rounds) * chains * width * c.threads());
}

void read_memory(benchmark::State& state) {
    Context<Cpu> c(Cpu{.threads = static_cast<int>(state.range(0))});
    const HostBuffer<float> x(memory_values, 1.0f);
    measure(state, [&] {
        for_each_part(c, [&](Index first, Index count) {
            constexpr int chains = 8;
            Vector sum[chains] = {};
            for (Index i = first; i < first + count; i += chains * width)
#pragma GCC unroll 8
                for (int k = 0; k < chains; ++k) sum[k] += ops::load<Vector>(x.data() + i + k * width);
            for (int k = 0; k < chains; ++k) benchmark::DoNotOptimize(sum[k]);
        });
    });
    count_traffic(state, static_cast<double>(memory_values));
}

/// One value read and one written: what an elementwise op does.
void read_and_write_memory(benchmark::State& state) {
    Context<Cpu> c(Cpu{.threads = static_cast<int>(state.range(0))});
    const HostBuffer<float> x(memory_values, 1.0f);
    HostBuffer<float> y(memory_values, 0.0f);
    measure(state, [&] {
        for_each_part(c, [&](Index first, Index count) {
            for (Index i = first; i < first + count; i += width)
                ops::store(y.data() + i, ops::load<Vector>(x.data() + i) * 2.0f);
        });
    });
    count_traffic(state, 2.0 * static_cast<double>(memory_values));
}

void threads(benchmark::internal::Benchmark* b) {
    named(b, {"threads"});
    for (int n : thread_counts) b->Arg(n);
}

BENCHMARK(multiply_add)->Apply(threads);
BENCHMARK(read_memory)->Apply(threads);
BENCHMARK(read_and_write_memory)->Apply(threads);

}  // namespace
}  // namespace stylegan::benchmarks
