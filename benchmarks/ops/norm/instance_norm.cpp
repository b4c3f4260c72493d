// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/ops/norm/instance_norm.hpp>

namespace stylegan::benchmarks {
namespace {

void instance_norm(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Maps4>(s.batch, s.channels, s.size, s.size);
    Maps4 y(s.shape());
    Rows2 inverse({s.batch, s.channels});
    measure(state, [&] { ops::instance_norm(c, x.view(), 1e-8f, y.view(), inverse.view()); });
    count_traffic(state, 2 * s.values());
}

void instance_norm_gradient(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto y = random<Maps4>(s.batch, s.channels, s.size, s.size);
    const auto dy = random<Maps4>(s.batch, s.channels, s.size, s.size);
    const auto inverse = random<Rows2>(s.batch, s.channels);
    Maps4 dx(s.shape());
    measure(state, [&] { ops::instance_norm_gradient(c, y.view(), inverse.view(), dy.view(), dx.view()); });
    count_traffic(state, 3 * s.values());
}

BENCHMARK(instance_norm)->Apply(every_stage);
BENCHMARK(instance_norm_gradient)->Apply(training_stages);

}  // namespace
}  // namespace stylegan::benchmarks
