// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>

#include <algorithm>
#include <vector>

namespace stylegan {

/// Splits some minibatch stddev groups into parts. Groups stay whole and in order, so the values of a picture do not
/// depend on the split.
/// @param groups       of the minibatch: picture n belongs to group n mod groups
/// @param group        pictures in a group
/// @param first, last  the groups that are split; the last is not among them
/// @param most         most pictures in a part, though a part has at least one group
/// @return             indices of the pictures of each part
[[nodiscard]] inline std::vector<std::vector<Index>> parts_of_groups(Index groups, Index group, Index first, Index last,
                                                                     Index most) {
    const Index together = std::max<Index>(1, std::min(last - first, most / group));
    std::vector<std::vector<Index>> parts;
    for (; first < last; first += together) {
        parts.emplace_back();
        for (Index member = 0; member < group; ++member)
            for (Index g = first; g < std::min(first + together, last); ++g)
                parts.back().push_back(member * groups + g);
    }
    return parts;
}

/// Splits a whole minibatch. @see parts_of_groups
/// @param batch  pictures in the minibatch
[[nodiscard]] inline std::vector<std::vector<Index>> split_minibatch(Index batch, Index group, Index most) {
    return parts_of_groups(batch / group, group, 0, batch / group, most);
}

}  // namespace stylegan
