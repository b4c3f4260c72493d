// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/ops/convolution/convolution.hpp>

namespace stylegan::benchmarks {
namespace {

/// The second convolution of each stage, and, with one output of three maps and K = 1, to_rgb.
template <int K>
void convolution(benchmark::State& state) {
    const ConvolutionStage s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Maps4>(s.batch, s.in, s.size, s.size);
    const auto w = random<Weights>(K, K, s.in, s.out);
    Maps4 y(s.maps(s.out));
    measure(state, [&] { ops::convolution(c, x.view(), w.view(), 0.1f, y.view()); });
    count_multiply_adds(state, s.multiply_adds(K));
}

void convolution_input_gradient(benchmark::State& state) {
    const ConvolutionStage s(state);
    Context<Cpu> c(s.device);
    const auto dy = random<Maps4>(s.batch, s.out, s.size, s.size);
    const auto w = random<Weights>(3, 3, s.in, s.out);
    Maps4 dx(s.maps(s.in));
    measure(state, [&] { ops::convolution_input_gradient(c, dy.view(), w.view(), 0.1f, dx.view()); });
    count_multiply_adds(state, s.multiply_adds(3));
}

void convolution_weight_gradient(benchmark::State& state) {
    const ConvolutionStage s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Maps4>(s.batch, s.in, s.size, s.size);
    const auto dy = random<Maps4>(s.batch, s.out, s.size, s.size);
    auto dw = random<Weights>(3, 3, s.in, s.out);
    measure(state, [&] { ops::convolution_weight_gradient(c, x.view(), dy.view(), 0.1f, dw.view()); });
    count_multiply_adds(state, s.multiply_adds(3));
}

void generating(benchmark::internal::Benchmark* b) { convolution_stages(b, inference_batch, 0, 1024); }
void training(benchmark::internal::Benchmark* b) { convolution_stages(b, training_batch, 0, largest_training_size); }
void to_rgb(benchmark::internal::Benchmark* b) {
    named(b, {"batch", "in", "out", "size", "threads"});
    for (int n : thread_counts) b->Args({inference_batch, config_f.feature_maps(8), 3, 1024, n});
}

BENCHMARK(convolution<3>)->Apply(generating);
BENCHMARK(convolution<1>)->Apply(to_rgb);
BENCHMARK(convolution_input_gradient)->Apply(training);
BENCHMARK(convolution_weight_gradient)->Apply(training);

}  // namespace
}  // namespace stylegan::benchmarks
