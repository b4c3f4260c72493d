// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/ops/elementwise/leaky_relu.hpp>

namespace stylegan::benchmarks {
namespace {

void leaky_relu(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Maps4>(s.batch, s.channels, s.size, s.size);
    Maps4 y(s.shape());
    measure(state, [&] { ops::leaky_relu(c, x.view(), 0.2f, y.view()); });
    count_traffic(state, 2 * s.values());
}

void leaky_relu_gradient(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto y = random<Maps4>(s.batch, s.channels, s.size, s.size);
    const auto dy = random<Maps4>(s.batch, s.channels, s.size, s.size);
    Maps4 dx(s.shape());
    measure(state, [&] { ops::leaky_relu_gradient(c, y.view(), dy.view(), 0.2f, dx.view()); });
    count_traffic(state, 3 * s.values());
}

BENCHMARK(leaky_relu)->Apply(every_stage);
BENCHMARK(leaky_relu_gradient)->Apply(training_stages);

}  // namespace
}  // namespace stylegan::benchmarks
