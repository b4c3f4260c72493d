// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/ops/style/style_modulation.hpp>

namespace stylegan::benchmarks {
namespace {

void style_modulation(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Maps4>(s.batch, s.channels, s.size, s.size);
    const auto style = random<Rows2>(s.batch, 2 * s.channels);
    Maps4 y(s.shape());
    measure(state, [&] { ops::style_modulation(c, x.view(), style.view(), y.view()); });
    count_traffic(state, 2 * s.values());
}

void style_modulation_gradient(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Maps4>(s.batch, s.channels, s.size, s.size);
    const auto style = random<Rows2>(s.batch, 2 * s.channels);
    const auto dy = random<Maps4>(s.batch, s.channels, s.size, s.size);
    Maps4 dx(s.shape());
    Rows2 dstyle({s.batch, 2 * s.channels});
    measure(state,
            [&] { ops::style_modulation_gradient(c, x.view(), style.view(), dy.view(), dx.view(), dstyle.view()); });
    count_traffic(state, 3 * s.values());
}

BENCHMARK(style_modulation)->Apply(every_stage);
BENCHMARK(style_modulation_gradient)->Apply(training_stages);

}  // namespace
}  // namespace stylegan::benchmarks
