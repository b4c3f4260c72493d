// SPDX-License-Identifier: Apache-2.0
// Pictures by a graph that was captured are those without, whatever has changed since.
#include "training/training_case.hpp"

#include <stylegan/models/generator.hpp>

#include "../ops/compare.hpp"

#include <functional>
#include <memory>
#include <utility>

using namespace stylegan;

namespace {

using OnGpu = AnyGenerator<Cuda>;
using Options = OnGpu::Options;

Architecture architecture() { return training_test::tiny(3); }

OnGpu::Latents latents(unsigned seed, std::size_t n = 2) {
    auto z = OnGpu::Latents::from_shape({n, static_cast<std::size_t>(architecture().latent_size)});
    RandomStream(seed, 0, Purpose::test).fill_normal(z.data(), z.size());
    return z;
}

std::vector<float> pictures(const OnGpu& g, const OnGpu::Latents& z, const Options& options = {}) {
    const auto all = g(z, options);
    return {all.begin(), all.end()};
}

/// A generator that has captured what it does.
struct Pair {
    OnGpu replayed{architecture(), 7, Cuda{.threads = 1}};
    Pair() {
        for (int i = 0; i < 3; ++i) (void)replayed(latents(1));
    }

    /// What one of the same weights shows that never did anything before.
    [[nodiscard]] std::vector<float> expected(const OnGpu::Latents& z, const Options& options = {},
                                              const std::function<void(OnGpu&)>& change = {}) const {
        OnGpu fresh(architecture(), 7, Cuda{.threads = 1});
        if (change) change(fresh);
        return pictures(fresh, z, options);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(replay, test::BothDevices)

BOOST_AUTO_TEST_CASE(the_same_bits_with_and_without) {
    const Pair pair;
    for (const unsigned seed : {1u, 2u, 3u})
        BOOST_TEST((pictures(pair.replayed, latents(seed)) == pair.expected(latents(seed))));
#ifdef STYLEGAN_CUDA_STAND_IN
    const long long launches = cuda_host::counts().launches, graphs = cuda_host::counts().graphs;
    (void)pair.replayed.synthesize(pair.replayed.map(latents(1)));
    BOOST_TEST(cuda_host::counts().graphs - graphs == 1);
    BOOST_TEST(cuda_host::counts().launches - launches < 20);  // of the mapping network
#endif
}

BOOST_AUTO_TEST_CASE(options_count) {
    const Pair pair;
    std::vector<Options> all(7);
    all[0].truncation = {.psi = 0.5f};
    all[1].noise = Noise::none;
    all[2] = {.noise = Noise::random, .noise_seed = 4};
    all[3] = {.noise = Noise::random, .noise_seed = 5};
    all[4].noise_strength = {{.first = 1, .last = 3, .strength = 0.25f}};
    all[5].lod = 0.5;
    all[6].lod = 1;
    for (const Options& options : all)
        for (int i = 0; i < 3; ++i)
            BOOST_TEST((pictures(pair.replayed, latents(8), options) == pair.expected(latents(8), options)));
    for (const std::size_t n : {1u, 3u, 2u})
        for (int i = 0; i < 3; ++i)
            BOOST_TEST((pictures(pair.replayed, latents(9, n)) == pair.expected(latents(9, n))));
}

BOOST_AUTO_TEST_CASE(changed_weights_are_seen) {
    Pair pair;
    const auto other_values = [](OnGpu& g) {
        for_each_parameter(g.synthesis(), [](const std::string&, Parameter<Cuda>& p) {
            std::vector<float> values = download(p.value());
            for (float& v : values) v = 0.5f * v + 0.01f;
            upload(values, p.value());
        });
    };
    other_values(pair.replayed);
    BOOST_TEST((pictures(pair.replayed, latents(1)) == pair.expected(latents(1), {}, other_values)));
    const auto other_network = [](OnGpu& g) {
        OnGpu other(architecture(), 8, Cuda{.threads = 1});
        g.synthesis() = std::move(other.synthesis());  // with memory of its own
    };
    const Options no_noise{.noise = Noise::none};  // whose maps would tell of it, too
    for (int i = 0; i < 3; ++i) (void)pictures(pair.replayed, latents(1), no_noise);
    other_network(pair.replayed);
    BOOST_TEST((pictures(pair.replayed, latents(1), no_noise) == pair.expected(latents(1), no_noise, other_network)));
}

BOOST_AUTO_TEST_CASE(copies_have_work_of_their_own) {
    auto pair = std::make_unique<Pair>();
    OnGpu copy = pair->replayed;
    const auto expected = pair->expected(latents(2));
    for (int i = 0; i < 3; ++i) BOOST_TEST((pictures(copy, latents(2)) == expected));
    const OnGpu moved = std::move(pair->replayed);
    pair.reset();
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST((pictures(copy, latents(2)) == expected));
        BOOST_TEST((pictures(moved, latents(2)) == expected));
    }
}

/// Training and others use the same scratch memory in between.
BOOST_AUTO_TEST_CASE(scratch_memory_may_move) {
    const Pair pair;
    {
        const Workspace::Frame frame(pair.replayed.context().workspace());
        (void)pair.replayed.context().take(Index{1} << 22);
    }
    for (int i = 0; i < 3; ++i) BOOST_TEST((pictures(pair.replayed, latents(3)) == pair.expected(latents(3))));
    const Workspace::Frame frame(pair.replayed.context().workspace());
    (void)pair.replayed.context().take(100);
    for (int i = 0; i < 3; ++i) BOOST_TEST((pictures(pair.replayed, latents(3)) == pair.expected(latents(3))));
}

BOOST_AUTO_TEST_CASE(measured_work_is_told_anew) {
    const Pair pair;
    Profile profile;
    pair.replayed.context().set_profile(&profile);
    BOOST_TEST((pictures(pair.replayed, latents(2)) == pair.expected(latents(2))));
    pair.replayed.context().set_profile(nullptr);
    BOOST_TEST(profile.entries().size() > 3u);
    BOOST_TEST((pictures(pair.replayed, latents(2)) == pair.expected(latents(2))));
}

#ifdef STYLEGAN_CUDA_STAND_IN

/// A key that lacks an address: the work is that of the memory that was.
BOOST_AUTO_TEST_CASE(a_forgotten_address_is_noticed) {
    Context<Cuda> c;
    gpu::Replay replay;
    auto x = std::make_unique<DeviceBuffer<float>>(3);
    const auto work = [&] { c.fill(View<float, 1>{x->data(), {3}}, 1.0f); };
    for (int i = 0; i < 2; ++i) c.replayed(replay, {1}, work);
    c.synchronize();
    x = std::make_unique<DeviceBuffer<float>>(3);
    c.replayed(replay, {1}, work);
    BOOST_CHECK_THROW(c.synchronize(), DeviceError);
    expect_fault("after they were freed");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_captured_is_told_each_time) {
    Context<Cuda> c;
    gpu::Replay replay;
    DeviceBuffer<float> x(3);
    int told = 0;
    const auto work = [&] {
        ++told;
        const DeviceBuffer<float> temporary(1);
        c.fill(View<float, 1>{x.data(), {3}}, static_cast<float>(told));
    };
    c.replayed(replay, {1}, work);
    c.replayed(replay, {1}, work);
    expect_fault("cudaMalloc: a stream captures");
    BOOST_TEST(told == 3);
    c.replayed(replay, {1}, work);
    BOOST_TEST(told == 4);
    c.synchronize();
    BOOST_TEST((download(x) == std::vector<float>{4, 4, 4}));
}

#endif

BOOST_AUTO_TEST_SUITE_END()
