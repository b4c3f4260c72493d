// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/ops/channels/bias.hpp>

namespace stylegan::benchmarks {
namespace {

void add_bias(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Maps4>(s.batch, s.channels, s.size, s.size);
    const auto b = random_vector(s.channels);
    Maps4 y(s.shape());
    measure(state, [&] { ops::add_bias(c, x.view(), b, 1.0f, y.view()); });
    count_traffic(state, 2 * s.values());
}

void bias_gradient(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto dy = random<Maps4>(s.batch, s.channels, s.size, s.size);
    auto db = random_vector(s.channels);
    measure(state, [&] { ops::bias_gradient(c, dy.view(), 1.0f, db); });
    count_traffic(state, 1 * s.values());
}

BENCHMARK(add_bias)->Apply(every_stage);
BENCHMARK(bias_gradient)->Apply(training_stages);

}  // namespace
}  // namespace stylegan::benchmarks
