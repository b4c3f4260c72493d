// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/ops/norm/minibatch_stddev.hpp>

namespace stylegan::benchmarks {
namespace {

constexpr int group = 4, features = 1;
constexpr float eps = 1e-8f;

/// Before the last stage of the discriminator: 512 maps of 4x4.
struct Batch {
    Shape4 x, y;
    Cpu device;
    explicit Batch(const benchmark::State& state)
        : x{state.range(0), config_f.feature_maps(0), 4, 4},
          y{x[0], x[1] + features, 4, 4},
          device{.threads = static_cast<int>(state.range(1))} {}
    [[nodiscard]] double values() const { return static_cast<double>(x[0] * x[1] * x[2] * x[3]); }
};

void minibatch_stddev(benchmark::State& state) {
    const Batch s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Maps4>(s.x[0], s.x[1], s.x[2], s.x[3]);
    Maps4 y(s.y);
    measure(state, [&] { ops::minibatch_stddev(c, x.view(), group, features, eps, y.view()); });
    count_traffic(state, 2 * s.values());
}

void minibatch_stddev_gradient(benchmark::State& state) {
    const Batch s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Maps4>(s.x[0], s.x[1], s.x[2], s.x[3]), dy = random<Maps4>(s.y[0], s.y[1], s.y[2], s.y[3]);
    Maps4 dx(s.x);
    measure(state, [&] { ops::minibatch_stddev_gradient(c, x.view(), group, features, eps, dy.view(), dx.view()); });
    count_traffic(state, 3 * s.values());
}

void batches(benchmark::internal::Benchmark* b) {
    named(b, {"batch", "threads"});
    for (int threads : thread_counts)
        for (int batch : {4, 16}) b->Args({batch, threads});
}

BENCHMARK(minibatch_stddev)->Apply(batches);
BENCHMARK(minibatch_stddev_gradient)->Apply(batches);

}  // namespace
}  // namespace stylegan::benchmarks
