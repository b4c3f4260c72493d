// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/ops/convolution/convolution.hpp>

namespace stylegan::benchmarks {
namespace {

// The second convolution of each stage of the generator (Resample::none), the first one (up), and the second one of
// each block of the discriminator (down). size is that of the larger maps.
constexpr Index read_divisor(Resample kind) { return kind == Resample::up ? 2 : 1; }
constexpr Index computed_divisor(Resample kind) { return kind == Resample::down ? 2 : 1; }

template <Resample Kind, int K>
void forward(benchmark::State& state) {
    const ConvolutionStage s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Maps4>(s.batch, s.in, s.size / read_divisor(Kind), s.size / read_divisor(Kind));
    const auto w = random<Weights>(K, K, s.in, s.out);
    Maps4 y(s.maps(s.out, computed_divisor(Kind)));
    measure(state, [&] { ops::convolution<Kind>(c, x.view(), w.view(), 0.1f, y.view()); });
    count_multiply_adds(state, s.multiply_adds(K));
}

template <Resample Kind>
void input_gradient(benchmark::State& state) {
    const ConvolutionStage s(state);
    Context<Cpu> c(s.device);
    const auto dy = random<Maps4>(s.batch, s.out, s.size / computed_divisor(Kind), s.size / computed_divisor(Kind));
    const auto w = random<Weights>(3, 3, s.in, s.out);
    Maps4 dx(s.maps(s.in, read_divisor(Kind)));
    measure(state, [&] { ops::convolution_input_gradient<Kind>(c, dy.view(), w.view(), 0.1f, dx.view()); });
    count_multiply_adds(state, s.multiply_adds(3));
}

template <Resample Kind>
void weight_gradient(benchmark::State& state) {
    const ConvolutionStage s(state);
    Context<Cpu> c(s.device);
    const auto x = random<Maps4>(s.batch, s.in, s.size / read_divisor(Kind), s.size / read_divisor(Kind));
    const auto dy = random<Maps4>(s.batch, s.out, s.size / computed_divisor(Kind), s.size / computed_divisor(Kind));
    auto dw = random<Weights>(3, 3, s.in, s.out);
    measure(state, [&] { ops::convolution_weight_gradient<Kind>(c, x.view(), dy.view(), 0.1f, dw.view()); });
    count_multiply_adds(state, s.multiply_adds(3));
}

template <int Step>
void generating(benchmark::internal::Benchmark* b) {
    convolution_stages(b, inference_batch, Step, 1024);
}
template <int Step>
void training(benchmark::internal::Benchmark* b) {
    convolution_stages(b, training_batch, Step, largest_training_size);
}
/// A discriminator mirrors the generator.
void discriminator(benchmark::internal::Benchmark* b) {
    named(b, {"batch", "in", "out", "size", "threads"});
    for (int threads : thread_counts)
        for (int s = 1; s < config_f.stages() && side(s) <= largest_training_size; ++s)
            b->Args({training_batch, config_f.feature_maps(s), config_f.feature_maps(s - 1), side(s), threads});
}
void to_rgb(benchmark::internal::Benchmark* b) {
    named(b, {"batch", "in", "out", "size", "threads"});
    for (int n : thread_counts) b->Args({inference_batch, config_f.feature_maps(8), 3, 1024, n});
}

BENCHMARK(forward<Resample::none, 3>)->Name("convolution<3>")->Apply(generating<0>);
BENCHMARK(forward<Resample::none, 1>)->Name("convolution<1>")->Apply(to_rgb);
BENCHMARK(input_gradient<Resample::none>)->Name("convolution_input_gradient")->Apply(training<0>);
BENCHMARK(weight_gradient<Resample::none>)->Name("convolution_weight_gradient")->Apply(training<0>);

BENCHMARK(forward<Resample::up, 3>)->Name("upscale_convolution")->Apply(generating<1>);
BENCHMARK(input_gradient<Resample::up>)->Name("upscale_convolution_input_gradient")->Apply(training<1>);
BENCHMARK(weight_gradient<Resample::up>)->Name("upscale_convolution_weight_gradient")->Apply(training<1>);

BENCHMARK(forward<Resample::down, 3>)->Name("downscale_convolution")->Apply(discriminator);
BENCHMARK(input_gradient<Resample::down>)->Name("downscale_convolution_input_gradient")->Apply(discriminator);
BENCHMARK(weight_gradient<Resample::down>)->Name("downscale_convolution_weight_gradient")->Apply(discriminator);

}  // namespace
}  // namespace stylegan::benchmarks
