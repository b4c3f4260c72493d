// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/ops/convolution/upscale_convolution.hpp>

namespace stylegan::benchmarks {
namespace {

/// The first convolution of each stage. size is that of the output.
void upscale_convolution(benchmark::State& state) {
    const ConvolutionStage s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Maps4>(s.batch, s.in, s.size / 2, s.size / 2);
    const auto w = random<Weights>(3, 3, s.in, s.out);
    Maps4 y(s.maps(s.out));
    measure(state, [&] { ops::upscale_convolution(c, x.view(), w.view(), 0.1f, s.size >= 128, y.view()); });
    count_multiply_adds(state, s.multiply_adds(3));
}

void upscale_convolution_input_gradient(benchmark::State& state) {
    const ConvolutionStage s(state);
    Context<Cpu> c(s.device);
    const auto dy = random<Maps4>(s.batch, s.out, s.size, s.size);
    const auto w = random<Weights>(3, 3, s.in, s.out);
    Maps4 dx(s.maps(s.in, 2));
    measure(state,
            [&] { ops::upscale_convolution_input_gradient(c, dy.view(), w.view(), 0.1f, s.size >= 128, dx.view()); });
    count_multiply_adds(state, s.multiply_adds(3));
}

void upscale_convolution_weight_gradient(benchmark::State& state) {
    const ConvolutionStage s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Maps4>(s.batch, s.in, s.size / 2, s.size / 2);
    const auto dy = random<Maps4>(s.batch, s.out, s.size, s.size);
    auto dw = random<Weights>(3, 3, s.in, s.out);
    measure(state,
            [&] { ops::upscale_convolution_weight_gradient(c, x.view(), dy.view(), 0.1f, s.size >= 128, dw.view()); });
    count_multiply_adds(state, s.multiply_adds(3));
}

void generating(benchmark::internal::Benchmark* b) { convolution_stages(b, inference_batch, 1, 1024); }
void training(benchmark::internal::Benchmark* b) { convolution_stages(b, training_batch, 1, largest_training_size); }

BENCHMARK(upscale_convolution)->Apply(generating);
BENCHMARK(upscale_convolution_input_gradient)->Apply(training);
BENCHMARK(upscale_convolution_weight_gradient)->Apply(training);

}  // namespace
}  // namespace stylegan::benchmarks
