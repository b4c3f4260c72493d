// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/philox.hpp>

#include <bit>
#include <cstdint>

namespace stylegan {

/// A pseudo-random order of 0 ... n-1 that is computed instead of stored: an entry costs about fifty Philox blocks and
/// no memory. The order of the data depends on (seed, epoch, position) only, so a resumed run needs nothing but a
/// counter. May be used from several threads.
///
/// A Feistel network over the bits of n - 1 permutes [0, 2^bits); its round functions are draws of the stream. A result
/// that is not below n is permuted again, which takes fewer than two turns on average.
/// @see Black, Rogaway: "Ciphers with arbitrary finite domains" (2002)
class Permutation {
public:
    /// @throws ValueError if n is zero
    Permutation(std::uint64_t seed, std::uint64_t epoch, std::uint64_t n, Purpose purpose = Purpose::shuffle)
        : stream_(seed, epoch, purpose), n_(n) {
        if (n == 0) throw ValueError("Permutation: n is 0, expected at least 1");
        const int bits = static_cast<int>(std::bit_width(n - 1));
        low_bits_ = (bits + 1) / 2;
        low_mask_ = (std::uint64_t{1} << low_bits_) - 1;
        high_mask_ = (std::uint64_t{1} << (bits - low_bits_)) - 1;
    }

    [[nodiscard]] std::uint64_t size() const { return n_; }

    /// The entry at `position` in [0, n). Each value in [0, n) occurs once.
    /// @throws ValueError if position is out of range
    [[nodiscard]] std::uint64_t operator()(std::uint64_t position) const {
        if (position >= n_) throw ValueError(text("Permutation: position is ", position, ", expected less than ", n_));
        do position = permuted_bits(position);
        while (position >= n_);
        return position;
    }

private:
    /// With fewer rounds, some orders of eight entries are noticeably more frequent than others.
    static constexpr std::uint64_t rounds = 16;

    [[nodiscard]] std::uint64_t permuted_bits(std::uint64_t x) const {
        std::uint64_t low = x & low_mask_, high = x >> low_bits_;
        for (std::uint64_t round = 0; round < rounds; ++round) {
            high ^= stream_.bits(low * (2 * rounds) + 2 * round) & high_mask_;
            low ^= stream_.bits(high * (2 * rounds) + 2 * round + 1) & low_mask_;
        }
        return (high << low_bits_) | low;
    }

    RandomStream stream_;
    std::uint64_t n_;
    int low_bits_ = 0;
    std::uint64_t low_mask_ = 0, high_mask_ = 0;
};

}  // namespace stylegan
