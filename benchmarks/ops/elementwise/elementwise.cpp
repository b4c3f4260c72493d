// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/ops/elementwise/add.hpp>
#include <stylegan/ops/elementwise/lerp.hpp>
#include <stylegan/ops/elementwise/scale.hpp>

namespace stylegan::benchmarks {
namespace {

void add(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto a = random<Maps4>(s.batch, s.channels, s.size, s.size),
               b = random<Maps4>(s.batch, s.channels, s.size, s.size);
    Maps4 y(s.shape());
    measure(state, [&] { ops::add(c, a.view(), b.view(), y.view()); });
    count_traffic(state, 3 * s.values());
}

void lerp(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto a = random<Maps4>(s.batch, s.channels, s.size, s.size),
               b = random<Maps4>(s.batch, s.channels, s.size, s.size);
    Maps4 y(s.shape());
    measure(state, [&] { ops::lerp(c, Maps<const float>(a.view()), b.view(), 0.3f, y.view()); });
    count_traffic(state, 3 * s.values());
}

void scale(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto a = random<Maps4>(s.batch, s.channels, s.size, s.size);
    Maps4 y(s.shape());
    measure(state, [&] { ops::scale(c, a.view(), 0.3f, y.view()); });
    count_traffic(state, 2 * s.values());
}

BENCHMARK(add)->Apply(every_stage);
BENCHMARK(lerp)->Apply(every_stage);
BENCHMARK(scale)->Apply(every_stage);

}  // namespace
}  // namespace stylegan::benchmarks
