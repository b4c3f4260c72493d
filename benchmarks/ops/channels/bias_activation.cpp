// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/ops/channels/bias_activation.hpp>

namespace stylegan::benchmarks {
namespace {

/// Noise, bias and leaky ReLU in one pass.
void bias_activation(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Maps4>(s.batch, s.channels, s.size, s.size);
    const auto noise = random<Maps4>(s.batch, 1, s.size, s.size);
    const auto noise_weight = random_vector(s.channels), bias = random_vector(s.channels);
    Maps4 y(s.shape());
    measure(state,
            [&] { ops::bias_activation(c, x.view(), noise.view(), noise_weight, 1.0f, bias, 1.0f, 0.2f, y.view()); });
    count_traffic(state, 2 * s.values());
}

void bias_activation_gradient(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto y = random<Maps4>(s.batch, s.channels, s.size, s.size);
    const auto dy = random<Maps4>(s.batch, s.channels, s.size, s.size);
    const auto noise = random<Maps4>(s.batch, 1, s.size, s.size);
    auto dnoise_weight = random_vector(s.channels), dbias = random_vector(s.channels);
    Maps4 dx(s.shape());
    measure(state, [&] {
        ops::bias_activation_gradient(c, y.view(), dy.view(), 0.2f, noise.view(), 1.0f, 1.0f, dx.view(), dnoise_weight,
                                      dbias);
    });
    count_traffic(state, 3 * s.values());
}

BENCHMARK(bias_activation)->Apply(every_stage);
BENCHMARK(bias_activation_gradient)->Apply(training_stages);

}  // namespace
}  // namespace stylegan::benchmarks
