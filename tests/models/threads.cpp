// SPDX-License-Identifier: Apache-2.0
// Several threads use one generator at once, each with its own context. Also compiled with ThreadSanitizer.
#include "models/networks.hpp"

#include <thread>

BOOST_AUTO_TEST_SUITE(threads)

using namespace model_test;

BOOST_AUTO_TEST_CASE(a_generator_serves_threads_that_have_a_context_each) {
    Architecture a = small;
    a.base = {4, 4};
    a.resolution_log2 = 5;
    const auto g = trained(AnyGenerator<>(a, 1, Cpu{.threads = 1}));
    constexpr std::size_t users = 4, calls = 3;
    std::vector<xt::xtensor<float, 4>> expected, found(users * calls);
    std::vector<xt::xtensor<float, 2>> z, w(users * calls);
    for (std::size_t i = 0; i < users * calls; ++i) {
        z.push_back(latents(1 + i % 2, a, static_cast<std::uint32_t>(i)));
        expected.push_back(g(z[i], {.truncation = {.psi = 0.7f}}));
    }
    {
        std::vector<std::jthread> threads;
        for (std::size_t user = 0; user < users; ++user)
            threads.emplace_back([&, user] {
                Context<Cpu> context({.threads = 1 + static_cast<int>(user % 2)});
                for (std::size_t i = user * calls; i < (user + 1) * calls; ++i) {
                    w[i] = g.map(context, z[i]);
                    found[i] = i % 2 == 0 ? g(context, z[i], {.truncation = {.psi = 0.7f}})
                                          : g.synthesize(context, g.styles(w[i]), {.truncation = {.psi = 0.7f}});
                }
            });
    }
    for (std::size_t i = 0; i < users * calls; ++i) {
        BOOST_TEST(same(found[i], expected[i]));
        BOOST_TEST(same(w[i], g.map(z[i])));
    }
}

BOOST_AUTO_TEST_SUITE_END()
