// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/ops/styled/styled_convolution.hpp>
#include <stylegan/ops/styled/styled_to_rgb.hpp>

namespace stylegan::benchmarks {
namespace {

ops::StyledMaps random_styled(Context<Cpu>& c, const Shape4& shape) {
    const auto x = random<Maps4>(shape[0], shape[1], shape[2], shape[3]);
    const auto blocks = ops::take_blocked(c, shape[0], shape[1], shape[2], shape[3]);
    ops::copy_blocked(c, x.view(), blocks);
    return ops::as_styled(c, blocks);
}

/// A whole layer: convolution, the blur after an upscaling one, noise, bias, activation and moments.
void styled_layer(benchmark::State& state, Resample kind) {
    const ConvolutionStage s(state);
    Context<Cpu> c(s.device);
    const auto x = random_styled(c, s.maps(s.in, kind == Resample::none ? 1 : 2));
    const auto w = random<Weights>(3, 3, s.in, s.out);
    const auto noise = random<Maps4>(1, 1, s.size, s.size);
    const auto style = random<Rows2>(s.batch, 2 * s.out);
    const auto weight = random_vector(s.out), bias = random_vector(s.out);
    const ops::StyledLayer layer{.noise = noise.view(), .noise_weight = weight, .bias = bias, .style = style.view()};
    const auto y = ops::take_blocked(c, s.batch, s.out, s.size, s.size);
    measure(state, [&] {
        const Workspace::Frame frame(c.workspace());
        benchmark::DoNotOptimize(ops::styled_convolution(c, kind, x, w.view(), 0.1f, {0.25f, 0.5f}, layer, y));
    });
    count_multiply_adds(state, s.multiply_adds(3));
}

void styled_convolution(benchmark::State& state) { styled_layer(state, Resample::none); }
void styled_upscale_convolution(benchmark::State& state) { styled_layer(state, Resample::up); }

void styled_to_rgb(benchmark::State& state) {
    const Stage s(state);
    Context<Cpu> c(s.device);
    const auto x = random_styled(c, s.shape());
    const auto w = random<Weights>(1, 1, s.channels, 3);
    const auto bias = random_vector(3);
    Maps4 y({s.batch, 3, s.size, s.size});
    measure(state, [&] { ops::styled_to_rgb(c, x, w.view(), 0.1f, bias, y.view()); });
    count_traffic(state, s.values());
}

/// From 32x32 on, as networks use them.
template <int Step>
void large_stages(benchmark::internal::Benchmark* b) {
    named(b, {"batch", "in", "out", "size", "threads"});
    for (int threads : thread_counts)
        for (int s = 3; s < config_f.stages(); ++s)
            b->Args({inference_batch, config_f.feature_maps(s - Step), config_f.feature_maps(s), side(s), threads});
}

BENCHMARK(styled_convolution)->Apply(large_stages<0>);
BENCHMARK(styled_upscale_convolution)->Apply(large_stages<1>);
BENCHMARK(styled_to_rgb)->Apply(every_stage);

}  // namespace
}  // namespace stylegan::benchmarks
