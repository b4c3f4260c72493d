// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <utility>
#include <vector>

namespace stylegan {

/// NumPy's legacy `numpy.random.RandomState(seed)`, bit for bit. Its only purpose is to turn published seeds into
/// published pictures. A Mersenne Twister seeded by one 32-bit number; NumPy has frozen its stream (NEP 19).
class NumpyRandomState {
public:
    explicit NumpyRandomState(std::uint32_t seed) : engine_(seed) {}

    /// Uniform in [0, 1), a multiple of 2^-53.
    [[nodiscard]] double rand() {
        const std::uint32_t a = next() >> 5, b = next() >> 6;
        return (a * 67108864.0 + b) / 9007199254740992.0;
    }

    /// Standard normal by Marsaglia's polar method. It draws two values at a time: the next call returns the second.
    [[nodiscard]] double randn() {
        if (has_second_) {
            has_second_ = false;
            return second_;
        }
        double x1 = 0, x2 = 0, r2 = 0;
        do {
            x1 = 2.0 * rand() - 1.0;
            x2 = 2.0 * rand() - 1.0;
            // volatile: a fused multiply-add would change the last bit.
            const volatile double square1 = x1 * x1, square2 = x2 * x2;
            r2 = square1 + square2;
        } while (r2 >= 1.0 || r2 == 0.0);
        const double factor = std::sqrt(-2.0 * std::log(r2) / r2);
        second_ = factor * x1;
        has_second_ = true;
        return factor * x2;
    }

    /// n values, as `randn(n)`.
    [[nodiscard]] std::vector<double> randn(std::size_t n) {
        std::vector<double> values(n);
        for (double& v : values) v = randn();
        return values;
    }

    /// Uniform in [0, high), as `randint(high)` with the default type int64.
    /// @throws ValueError if high is not positive
    [[nodiscard]] std::int64_t randint(std::int64_t high) {
        if (high <= 0) throw ValueError(text("NumpyRandomState::randint: high is ", high, ", expected at least 1"));
        return static_cast<std::int64_t>(at_most(static_cast<std::uint64_t>(high) - 1));
    }

    /// 0 ... n-1 in random order. @throws ValueError if n is negative
    [[nodiscard]] std::vector<std::int64_t> permutation(std::int64_t n) {
        if (n < 0) throw ValueError(text("NumpyRandomState::permutation: n is ", n, ", expected at least 0"));
        std::vector<std::int64_t> order(static_cast<std::size_t>(n));
        std::iota(order.begin(), order.end(), std::int64_t{0});
        for (std::size_t i = order.size(); i-- > 1;) std::swap(order[i], order[static_cast<std::size_t>(at_most(i))]);
        return order;
    }

private:
    std::uint32_t next() { return static_cast<std::uint32_t>(engine_()); }

    /// Uniform in [0, last]: draws as many bits as `last` has until they do not exceed it.
    std::uint64_t at_most(std::uint64_t last) {
        if (last == 0) return 0;
        const std::uint64_t mask = ~std::uint64_t{0} >> std::countl_zero(last);
        for (;;) {
            std::uint64_t value = next();
            if (last > 0xFFFFFFFFu) value = (value << 32) | next();
            if ((value & mask) <= last) return value & mask;
        }
    }

    std::mt19937 engine_;  // seeded by the reference init_genrand, as in NumPy
    double second_ = 0;
    bool has_second_ = false;
};

/// The latents z of published seeds: row i is `RandomState(seeds[i]).randn(latent_size)`, each value rounded to float.
/// @return (seeds, latent_size), row by row
[[nodiscard]] inline std::vector<float> latent_values_of_seeds(std::span<const std::uint32_t> seeds,
                                                               std::size_t latent_size) {
    std::vector<float> z;
    z.reserve(seeds.size() * latent_size);
    for (const std::uint32_t seed : seeds) {
        NumpyRandomState state(seed);
        for (std::size_t i = 0; i < latent_size; ++i) z.push_back(static_cast<float>(state.randn()));
    }
    return z;
}

}  // namespace stylegan
