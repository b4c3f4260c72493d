// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stylegan/models/inception.hpp>

#include <cmath>
#include <memory>
#include <vector>

namespace stylegan::benchmarks {
namespace {

/// Random weights that keep the size of the values from layer to layer.
[[nodiscard]] Inception random_inception(int threads) {
    std::vector<Inception::Convolution> convolutions;
    for (const InceptionLayer& l : inception_layers) {
        const Index terms = l.window.height * l.window.width * l.inputs;
        Inception::Convolution c{std::vector<float>(static_cast<std::size_t>(terms * l.outputs)),
                                 std::vector<float>(static_cast<std::size_t>(l.outputs))};
        RandomStream(convolutions.size(), 0, Purpose::test).fill_normal(c.weight.data(), c.weight.size());
        for (float& w : c.weight) w *= std::sqrt(2.0F / static_cast<float>(terms));
        convolutions.push_back(std::move(c));
    }
    return Inception(std::move(convolutions), std::vector<float>(Inception::classes * Inception::features),
                     std::vector<float>(Inception::classes), std::make_shared<Context<Cpu>>(Cpu{.threads = threads}));
}

/// Features of FID of pictures of 299x299: pictures, threads. Pictures per second.
void inception(benchmark::State& state) {
    const Inception network = random_inception(static_cast<int>(state.range(1)));
    const auto n = static_cast<std::size_t>(state.range(0)), side = static_cast<std::size_t>(Inception::side);
    auto x = xt::xtensor<float, 4>::from_shape({n, 3, side, side});
    RandomStream(1, 0, Purpose::test).fill_normal(x.data(), x.size());
    measure(state, [&] { benchmark::DoNotOptimize(network(x).data()); });
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

void sizes(benchmark::internal::Benchmark* b) {
    named(b, {"pictures", "threads"});
    b->Unit(benchmark::kMillisecond);
    for (int threads : thread_counts)
        for (int pictures : {1, 8}) b->Args({pictures, threads});
}

BENCHMARK(inception)->Apply(sizes);

}  // namespace
}  // namespace stylegan::benchmarks
