// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/ops/dense.hpp>

namespace stylegan::benchmarks {
namespace {

struct DenseLayer {
    Index batch, in, out;
    Cpu device;
    explicit DenseLayer(const benchmark::State& state)
        : batch(state.range(0)),
          in(state.range(1)),
          out(state.range(2)),
          device{.threads = static_cast<int>(state.range(3))} {}
    /// One row of x or many: the weight is what takes the time.
    void count(benchmark::State& state, Index passes_over_weight) const {
        count_multiply_adds(state, static_cast<double>(batch * in * out));
        count_traffic(state, static_cast<double>(passes_over_weight * in * out));
    }
};

void dense(benchmark::State& state) {
    const DenseLayer s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Rows2>(s.batch, s.in), w = random<Rows2>(s.in, s.out);
    Rows2 y({s.batch, s.out});
    measure(state, [&] { ops::dense(c, x.view(), w.view(), 0.1f, y.view()); });
    s.count(state, 1);
}

void dense_input_gradient(benchmark::State& state) {
    const DenseLayer s(state);
    Context<Cpu> c(s.device);
    const auto dy = random<Rows2>(s.batch, s.out), w = random<Rows2>(s.in, s.out);
    Rows2 dx({s.batch, s.in});
    measure(state, [&] { ops::dense_input_gradient(c, dy.view(), w.view(), 0.1f, dx.view()); });
    s.count(state, 1);
}

void dense_weight_gradient(benchmark::State& state) {
    const DenseLayer s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Rows2>(s.batch, s.in), dy = random<Rows2>(s.batch, s.out);
    auto dw = random<Rows2>(s.in, s.out);
    measure(state, [&] { ops::dense_weight_gradient(c, x.view(), dy.view(), 0.1f, dw.view()); });
    s.count(state, 2);
}

/// A layer of the mapping network, a style of the first stages, and the first dense layer of the discriminator.
void layers_of(benchmark::internal::Benchmark* b, int batch) {
    named(b, {"batch", "in", "out", "threads"});
    for (int threads : thread_counts) {
        b->Args({batch, 512, 512, threads});
        b->Args({batch, 512, 1024, threads});
        b->Args({batch, 8192, 512, threads});
    }
}
void generating(benchmark::internal::Benchmark* b) { layers_of(b, inference_batch); }
void training(benchmark::internal::Benchmark* b) { layers_of(b, training_batch); }

BENCHMARK(dense)->Apply(generating)->Apply(training);
BENCHMARK(dense_input_gradient)->Apply(training);
BENCHMARK(dense_weight_gradient)->Apply(training);

}  // namespace
}  // namespace stylegan::benchmarks
