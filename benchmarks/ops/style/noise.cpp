// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/ops/style/noise.hpp>

namespace stylegan::benchmarks {
namespace {

void add_noise(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Maps4>(s.batch, s.channels, s.size, s.size);
    const auto noise = random<Maps4>(s.batch, 1, s.size, s.size);
    const auto weight = random_vector(s.channels);
    Maps4 y(s.shape());
    measure(state, [&] { ops::add_noise(c, x.view(), noise.view(), weight, 1.0f, y.view()); });
    count_traffic(state, 2 * s.values());
}

void noise_weight_gradient(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto dy = random<Maps4>(s.batch, s.channels, s.size, s.size);
    const auto noise = random<Maps4>(s.batch, 1, s.size, s.size);
    auto dweight = random_vector(s.channels);
    measure(state, [&] { ops::noise_weight_gradient(c, dy.view(), noise.view(), 1.0f, dweight); });
    count_traffic(state, 1 * s.values());
}

BENCHMARK(add_noise)->Apply(every_stage);
BENCHMARK(noise_weight_gradient)->Apply(training_stages);

}  // namespace
}  // namespace stylegan::benchmarks
