// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>
#include <stylegan/device/communicator.hpp>

#include <algorithm>
#include <vector>

namespace stylegan {

/// A part [begin, end) of an array.
struct ArrayRange {
    Index begin = 0, end = 0;  ///< of its values
    [[nodiscard]] Index size() const { return end - begin; }
};

/// Sums arrays of `size` values over a power of two of ranks, in the order of a binary tree. At each level a rank
/// exchanges one half of what it has with the rank beside it, and adds the other; then the parts are collected in the
/// reverse order. A rank sends and receives less than twice the array, as in the best all-reduce, and each sum is made
/// once.
/// @param exchange  (sent, into_scratch, received, peer): sends a part of the array; receives another of the peer's,
///                  into the array or to the same place of a scratch array
/// @param add       (range): array += scratch there
/// @throws what exchange throws
/// @see Rabenseifner (2004), "Optimization of Collective Reduction Operations"
template <class Exchange, class Add>
void sum_over_ranks(const Communicator& ranks, Index size, const Exchange& exchange, const Add& add) {
    ArrayRange mine{0, size};
    std::vector<ArrayRange> given;  // to the rank beside, level by level
    for (int distance = 1; distance < ranks.size(); distance *= 2) {
        const Index middle = mine.begin + mine.size() / 2;
        const bool lower = (ranks.rank() & distance) == 0;
        const ArrayRange kept = lower ? ArrayRange{mine.begin, middle} : ArrayRange{middle, mine.end};
        given.push_back(lower ? ArrayRange{middle, mine.end} : ArrayRange{mine.begin, middle});
        exchange(given.back(), true, kept, ranks.rank() ^ distance);
        add(kept);
        mine = kept;
    }
    for (int distance = ranks.size() / 2; distance >= 1; distance /= 2) {
        const ArrayRange missing = given.back();
        given.pop_back();
        exchange(mine, false, missing, ranks.rank() ^ distance);
        mine = {std::min(mine.begin, missing.begin), std::max(mine.end, missing.end)};
    }
}

}  // namespace stylegan
