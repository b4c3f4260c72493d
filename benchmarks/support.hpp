// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/core/tensor.hpp>
#include <stylegan/device/cpu.hpp>

#include <benchmark/benchmark.h>

#include <initializer_list>
#include <string>
#include <vector>

/// What the benchmarks share: shapes, values, counters.
namespace stylegan::benchmarks {

using Maps4 = FeatureMaps<Cpu>;
using Rows2 = Vectors<Cpu>;
using Weights = Tensor<Cpu, dynamic, dynamic, dynamic, dynamic>;

// ---- shapes: the arguments of a benchmark

/// Every benchmark is measured by the clock on the wall.
inline void named(benchmark::internal::Benchmark* b, const std::vector<std::string>& names) {
    b->ArgNames(names)->UseRealTime()->Unit(benchmark::kMicrosecond);
}

inline constexpr std::initializer_list<int> thread_counts{1, 2};
inline constexpr int inference_batch = 1, training_batch = 4;

/// Gradients are measured up to this size of maps.
inline constexpr int largest_training_size = 128;

/// The side of stage s of a 1024x1024 generator.
[[nodiscard]] inline int side(int stage) { return config_f.size(stage).height; }

/// Each distinct shape of maps in a 1024x1024 generator: batch, channels, side, threads.
inline void every_stage(benchmark::internal::Benchmark* b) {
    named(b, {"batch", "channels", "size", "threads"});
    for (int threads : thread_counts)
        for (int s = 0; s < config_f.stages(); ++s)
            b->Args({inference_batch, config_f.feature_maps(s), side(s), threads});
}

/// The same for training, up to largest_training_size.
inline void training_stages(benchmark::internal::Benchmark* b) {
    named(b, {"batch", "channels", "size", "threads"});
    for (int threads : thread_counts)
        for (int s = 0; s < config_f.stages() && side(s) <= largest_training_size; ++s)
            b->Args({training_batch, config_f.feature_maps(s), side(s), threads});
}

/// The shapes of convolutions: batch, maps in and out, side of the larger of the two, threads.
/// @param batch    pictures at once
/// @param step     how far apart the stages of input and output are: 0, or 1 where the convolution scales
/// @param largest  side of the largest maps
inline void convolution_stages(benchmark::internal::Benchmark* b, int batch, int step, int largest) {
    named(b, {"batch", "in", "out", "size", "threads"});
    for (int threads : thread_counts)
        for (int s = step; s < config_f.stages() && side(s) <= largest; ++s)
            b->Args({batch, config_f.feature_maps(s - step), config_f.feature_maps(s), side(s), threads});
}

/// The arguments that every_stage and training_stages give.
struct Stage {
    Index batch, channels, size;
    Cpu device;

    explicit Stage(const benchmark::State& state)
        : batch(state.range(0)),
          channels(state.range(1)),
          size(state.range(2)),
          device{.threads = static_cast<int>(state.range(3))} {}
    [[nodiscard]] Shape4 shape() const { return {batch, channels, size, size}; }
    [[nodiscard]] double values() const { return static_cast<double>(batch * channels * size * size); }
};

/// The arguments that convolution_stages gives.
struct ConvolutionStage {
    Index batch, in, out, size;
    Cpu device;

    explicit ConvolutionStage(const benchmark::State& state)
        : batch(state.range(0)),
          in(state.range(1)),
          out(state.range(2)),
          size(state.range(3)),
          device{.threads = static_cast<int>(state.range(4))} {}
    [[nodiscard]] Shape4 maps(Index channels, Index divisor = 1) const {
        return {batch, channels, size / divisor, size / divisor};
    }
    /// Of a K x K convolution at the size of the larger maps, as its definition counts them.
    [[nodiscard]] double multiply_adds(int kernel) const {
        return static_cast<double>(batch * in * out * size * size) * kernel * kernel;
    }
};

// ---- values

/// A tensor of standard normal values.
template <class T, class... Extents>
[[nodiscard]] T random(Extents... extents) {
    T t(typename T::Shape{static_cast<Index>(extents)...});
    RandomStream(1, 0, Purpose::test).fill_normal(t.data(), static_cast<std::size_t>(t.size()));
    return t;
}

[[nodiscard]] inline std::vector<float> random_vector(Index count) {
    std::vector<float> v(static_cast<std::size_t>(count));
    RandomStream(1, 0, Purpose::test).fill_normal(v.data(), v.size());
    return v;
}

// ---- time and counters

/// Calls f once, so that its memory is there, and then for as long as it takes to tell its time.
template <class F>
void measure(benchmark::State& state, F f) {
    f();
    for (auto _ : state) {
        f();
        benchmark::ClobberMemory();
    }
}

/// Shown as FLOP=123G/s. A multiply-add is two. Convolutions count what their definition asks for, upscaling before the
/// convolution and downscaling after it, whatever the kernel does: rates of different kernels then compare.
inline void count_multiply_adds(benchmark::State& state, double per_iteration) {
    state.counters["FLOP"] = {2 * per_iteration, benchmark::Counter::kIsIterationInvariantRate};
}

/// Shown as B=12G/s: values that must be read or written at the least, four bytes each.
inline void count_traffic(benchmark::State& state, double values_per_iteration) {
    state.counters["B"] = {4 * values_per_iteration, benchmark::Counter::kIsIterationInvariantRate};
}

}  // namespace stylegan::benchmarks
