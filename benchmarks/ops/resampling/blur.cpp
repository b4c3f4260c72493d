// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/ops/resampling/blur.hpp>

#include <array>

namespace stylegan::benchmarks {
namespace {

void blur(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Maps4>(s.batch, s.channels, s.size, s.size);
    const std::array<float, 3> filter{0.25f, 0.5f, 0.25f};
    Maps4 y(s.shape());
    measure(state, [&] { ops::blur(c, x.view(), filter, y.view()); });
    count_traffic(state, 2 * s.values());
}

void blur_gradient(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto dy = random<Maps4>(s.batch, s.channels, s.size, s.size);
    const std::array<float, 3> filter{0.25f, 0.5f, 0.25f};
    Maps4 dx(s.shape());
    measure(state, [&] { ops::blur_gradient(c, dy.view(), filter, dx.view()); });
    count_traffic(state, 2 * s.values());
}

BENCHMARK(blur)->Apply(every_stage);
BENCHMARK(blur_gradient)->Apply(training_stages);

}  // namespace
}  // namespace stylegan::benchmarks
