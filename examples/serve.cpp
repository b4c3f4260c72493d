// SPDX-License-Identifier: Apache-2.0
// serve NETWORK [THREADS] < SEEDS
// The heart of an inference server: several threads take requests (here seeds, one a line, from the standard input) and share the
// weights of one generator. Each has a context, its own memory and one thread of computation; pictures do not depend on which
// thread made them.
#include <stylegan/stylegan.hpp>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <thread>

namespace sg = stylegan;

int main(int argc, char** argv) try {
    if (argc < 2) return std::fprintf(stderr, "usage: serve NETWORK [THREADS] < SEEDS\n"), 2;
    const auto generator = sg::load_generator(argv[1]);
    const int workers = argc > 2 ? std::atoi(argv[2]) : 4;

    std::mutex requests, failures;
    std::string failure;
    const auto next = [&](std::uint32_t& seed) {
        const std::lock_guard lock(requests);
        return static_cast<bool>(std::cin >> seed);
    };
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < workers; ++i)
            threads.emplace_back([&] {
                try {
                    sg::Context<sg::Cpu> context({.threads = 1});
                    for (std::uint32_t seed = 0; next(seed);) {
                        const auto picture =
                            generator(context, generator.latents({seed}), {.truncation = {.psi = 0.7f}});
                        sg::write_png("seed" + std::to_string(seed) + ".png", picture, 0);
                    }
                } catch (const std::exception& error) {
                    const std::lock_guard lock(failures);
                    failure = error.what();
                }
            });
    }
    if (!failure.empty()) throw sg::ValueError(failure);
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
}
