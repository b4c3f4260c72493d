// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/training/parallel/split_minibatch.hpp>

#include <vector>

namespace stylegan {

/// Whether a minibatch may have this many shards: 1, 2, 4, ... 1024.
[[nodiscard]] constexpr bool is_number_of_shards(int n) { return n >= 1 && n <= 1024 && (n & (n - 1)) == 0; }

/// Shards of a minibatch that one rank computes.
struct ShardRange {
    int first = 0, last = 1;  ///< [first, last)
};

/// The shards of a rank: as many for each, in order.
/// @throws ValueError if the shards cannot be divided so
[[nodiscard]] inline ShardRange shards_of_rank(int shards, int rank, int ranks) {
    if (ranks < 1 || shards % ranks != 0)
        throw ValueError(text("training: ", ranks, " ranks share ", shards, shards == 1 ? " shard" : " shards",
                              " of each minibatch, expected a number of ranks that divides the number of shards"));
    const int each = shards / ranks;
    return {rank * each, (rank + 1) * each};
}

/// The pictures of a shard, in the parts in which they are evaluated. A shard is a fixed part of the minibatch,
/// whatever computes it: the same number of whole minibatch stddev groups in each.
/// @param batch       pictures in the minibatch
/// @param group       pictures in a stddev group
/// @param shard       its number, in [0, shards)
/// @param microbatch  pictures evaluated at once; 0: the whole shard
/// @throws ShapeError if the groups cannot be shared out equally
[[nodiscard]] inline std::vector<std::vector<Index>> parts_of_shard(Index batch, Index group, int shards, int shard,
                                                                    Index microbatch) {
    const Index groups = batch / group;
    if (groups % shards != 0)
        throw ShapeError(text("training: a minibatch of ", batch, " pictures has ", groups, " minibatch stddev group",
                              groups == 1 ? "" : "s", " of ", group, ", expected a multiple of the ", shards,
                              " shards"));
    const Index each = groups / shards;
    return parts_of_groups(groups, group, shard * each, (shard + 1) * each, microbatch > 0 ? microbatch : each * group);
}

}  // namespace stylegan
