// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/host_device.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace stylegan {

/// 128 bits: a counter of Philox, or its output.
struct PhiloxBlock {
    std::uint32_t word[4];  ///< the low word first
};

/// Philox4x32-10: a keyed bijection of 128-bit counters whose outputs pass the usual batteries of randomness tests.
/// @see Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3" (SC 2011)
STYLEGAN_HOST_DEVICE constexpr PhiloxBlock philox4x32(PhiloxBlock counter, std::uint64_t key) {
    auto key0 = static_cast<std::uint32_t>(key);
    auto key1 = static_cast<std::uint32_t>(key >> 32);
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t a = std::uint64_t{0xD2511F53u} * counter.word[0];
        const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * counter.word[2];
        counter = {{static_cast<std::uint32_t>(b >> 32) ^ counter.word[1] ^ key0, static_cast<std::uint32_t>(b),
                    static_cast<std::uint32_t>(a >> 32) ^ counter.word[3] ^ key1, static_cast<std::uint32_t>(a)}};
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    return counter;
}

/// What a random number is for. The values are part of every reproducible result: add new ones, never change one.
enum class Purpose : std::uint32_t {
    initial_values = 1,
    latents = 2,
    second_latents = 3,
    labels = 4,
    mixing = 5,
    noise = 6,
    mirror = 7,
    shuffle = 8,
    gradient_penalty = 9,
    metric = 10,
    example = 11,
    augmentation = 12,
    augmentation_noise = 13,
    clusters = 14,
    test = 255,
};

/// A stream of random numbers without state: number `index` depends only on (seed, step, purpose, sub, index), not on
/// the order of calls, the number of threads or the device. May be used from several threads.
///
/// Number `index` lies in half `index % 2` of Philox block `b = index / 2`, at
///
///     counter  word 0: b bits 0..31      word 1: b bits 32..47, step bits 32..47
///              word 2: step bits 0..31   word 3: sub bits 0..23, purpose bits 0..7
///     key      seed ^ (b bits 48..62 at bit 32, step bits 48..63 at bit 48)
///
/// Two addresses of one seed never coincide, over the whole 64-bit range of step and index. Two seeds never coincide
/// for steps below 2^48 and indices below 2^49.
class RandomStream {
public:
    /// `sub` is below it.
    static constexpr std::uint32_t sub_limit = std::uint32_t{1} << 24;

    /// @param sub  distinguishes streams of one purpose and step, such as the noise of each layer; below 2^24
    /// @throws ValueError if sub is out of range
    constexpr RandomStream(std::uint64_t seed, std::uint64_t step, Purpose purpose, std::uint32_t sub = 0)
        : seed_(seed), step_(step), purpose_((static_cast<std::uint32_t>(purpose) << 24) | sub) {
        if (sub >= sub_limit) throw ValueError(text("RandomStream: sub is ", sub, ", expected less than ", sub_limit));
    }

    /// Sixty-four random bits.
    [[nodiscard]] STYLEGAN_HOST_DEVICE constexpr std::uint64_t bits(std::uint64_t index) const {
        return half(block(index >> 1), index & 1);
    }

    /// Uniform in [0, 1), a multiple of 2^-53.
    [[nodiscard]] STYLEGAN_HOST_DEVICE constexpr double uniform(std::uint64_t index) const {
        return static_cast<double>(bits(index) >> 11) * 0x1p-53;
    }

    /// Uniform in [0, n), n > 0; each value's probability differs from 1/n by less than 2^-64.
    [[nodiscard]] STYLEGAN_HOST_DEVICE constexpr std::uint64_t below(std::uint64_t index, std::uint64_t n) const {
        const std::uint64_t x = bits(index);  // the upper half of the 128-bit product x * n
        const std::uint64_t x0 = x & 0xFFFFFFFFu, x1 = x >> 32, n0 = n & 0xFFFFFFFFu, n1 = n >> 32;
        const std::uint64_t middle = x1 * n0 + ((x0 * n0) >> 32);
        return x1 * n1 + (middle >> 32) + ((x0 * n1 + (middle & 0xFFFFFFFFu)) >> 32);
    }

    /// Standard normal (Box-Muller in double precision), rounded to float. Networks of float and of double thus get the
    /// same numbers, and rounding hides the differences between math libraries.
    [[nodiscard]] STYLEGAN_HOST_DEVICE float normal(std::uint64_t index) const {
        const Pair pair = normal_pair(index >> 1);
        return (index & 1) == 0 ? pair.even : pair.odd;
    }

    /// first[i] = normal(first_index + i) for i in [0, count).
    template <class Scalar>
    void fill_normal(Scalar* first, std::size_t count, std::uint64_t first_index = 0) const {
        std::size_t i = 0;
        if (count > 0 && (first_index & 1) != 0) first[i++] = static_cast<Scalar>(normal(first_index));
        for (; i + 1 < count; i += 2) {
            const Pair pair = normal_pair((first_index + i) >> 1);
            first[i] = static_cast<Scalar>(pair.even);
            first[i + 1] = static_cast<Scalar>(pair.odd);
        }
        if (i < count) first[i] = static_cast<Scalar>(normal(first_index + i));
    }

private:
    struct Pair {
        float even, odd;
    };

    [[nodiscard]] STYLEGAN_HOST_DEVICE constexpr PhiloxBlock block(std::uint64_t b) const {
        const std::uint64_t key = seed_ ^ ((b >> 48) << 32) ^ ((step_ >> 48) << 48);
        return philox4x32({{static_cast<std::uint32_t>(b),
                            static_cast<std::uint32_t>(((b >> 32) & 0xFFFFu) | (((step_ >> 32) & 0xFFFFu) << 16)),
                            static_cast<std::uint32_t>(step_), purpose_}},
                          key);
    }

    STYLEGAN_HOST_DEVICE static constexpr std::uint64_t half(const PhiloxBlock& x, std::uint64_t which) {
        return which == 0 ? (std::uint64_t{x.word[1]} << 32) | x.word[0] : (std::uint64_t{x.word[3]} << 32) | x.word[2];
    }

    [[nodiscard]] STYLEGAN_HOST_DEVICE Pair normal_pair(std::uint64_t b) const {
        const PhiloxBlock x = block(b);
        const double u = (static_cast<double>(half(x, 0) >> 11) + 1.0) * 0x1p-53;  // in (0, 1]: its logarithm is finite
        const double angle = static_cast<double>(half(x, 1) >> 11) * (0x1p-53 * 6.283185307179586);
        const double radius = std::sqrt(-2.0 * std::log(u));
        return {static_cast<float>(radius * std::cos(angle)), static_cast<float>(radius * std::sin(angle))};
    }

    std::uint64_t seed_;
    std::uint64_t step_;
    std::uint32_t purpose_;
};

}  // namespace stylegan
