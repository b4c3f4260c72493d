// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/ops/convolution/downscale_convolution.hpp>

namespace stylegan::benchmarks {
namespace {

/// The second convolution of each block of the discriminator. size is that of the input.
void downscale_convolution(benchmark::State& state) {
    const ConvolutionStage s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Maps4>(s.batch, s.in, s.size, s.size);
    const auto w = random<Weights>(3, 3, s.in, s.out);
    Maps4 y(s.maps(s.out, 2));
    measure(state, [&] { ops::downscale_convolution(c, x.view(), w.view(), 0.1f, y.view()); });
    count_multiply_adds(state, s.multiply_adds(3));
}

void downscale_convolution_input_gradient(benchmark::State& state) {
    const ConvolutionStage s(state);
    Context<Cpu> c(s.device);
    const auto dy = random<Maps4>(s.batch, s.out, s.size / 2, s.size / 2);
    const auto w = random<Weights>(3, 3, s.in, s.out);
    Maps4 dx(s.maps(s.in));
    measure(state, [&] { ops::downscale_convolution_input_gradient(c, dy.view(), w.view(), 0.1f, dx.view()); });
    count_multiply_adds(state, s.multiply_adds(3));
}

void downscale_convolution_weight_gradient(benchmark::State& state) {
    const ConvolutionStage s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Maps4>(s.batch, s.in, s.size, s.size);
    const auto dy = random<Maps4>(s.batch, s.out, s.size / 2, s.size / 2);
    auto dw = random<Weights>(3, 3, s.in, s.out);
    measure(state, [&] { ops::downscale_convolution_weight_gradient(c, x.view(), dy.view(), 0.1f, dw.view()); });
    count_multiply_adds(state, s.multiply_adds(3));
}

/// A discriminator mirrors the generator.
void training(benchmark::internal::Benchmark* b) {
    named(b, {"batch", "in", "out", "size", "threads"});
    for (int threads : thread_counts)
        for (int s = 1; s < config_f.stages() && side(s) <= largest_training_size; ++s)
            b->Args({training_batch, config_f.feature_maps(s), config_f.feature_maps(s - 1), side(s), threads});
}

BENCHMARK(downscale_convolution)->Apply(training);
BENCHMARK(downscale_convolution_input_gradient)->Apply(training);
BENCHMARK(downscale_convolution_weight_gradient)->Apply(training);

}  // namespace
}  // namespace stylegan::benchmarks
