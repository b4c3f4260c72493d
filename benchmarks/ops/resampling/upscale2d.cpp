// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/ops/resampling/upscale2d.hpp>

namespace stylegan::benchmarks {
namespace {

/// size is that of the input.
void upscale2d(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Maps4>(s.batch, s.channels, s.size, s.size);
    Maps4 y({s.batch, s.channels, 2 * s.size, 2 * s.size});
    measure(state, [&] { ops::upscale2d(c, x.view(), 2, y.view()); });
    count_traffic(state, 5 * s.values());
}

void upscale2d_gradient(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto dy = random<Maps4>(s.batch, s.channels, 2 * s.size, 2 * s.size);
    Maps4 dx(s.shape());
    measure(state, [&] { ops::upscale2d_gradient(c, dy.view(), 2, dx.view()); });
    count_traffic(state, 5 * s.values());
}

BENCHMARK(upscale2d)->Apply(every_stage);
BENCHMARK(upscale2d_gradient)->Apply(training_stages);

}  // namespace
}  // namespace stylegan::benchmarks
