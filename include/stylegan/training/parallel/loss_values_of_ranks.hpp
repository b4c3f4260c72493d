// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/communicator.hpp>
#include <stylegan/training/loss_values.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace stylegan {

/// Joins the values of all ranks in their order. Each rank has as many pictures, and has evaluated the same terms.
/// @throws DeviceError
[[nodiscard]] inline LossValues join_loss_values(Communicator& ranks, const LossValues& mine) {
    if (ranks.size() == 1) return mine;
    std::vector<double> all;
    LossValues::for_each_list([&](const auto& list) { all.insert(all.end(), list.begin(), list.end()); }, mine);
    const std::size_t each = all.size();
    all = all_gather(ranks, std::span<const double>(all));
    LossValues joined;
    std::size_t at = 0;
    LossValues::for_each_list(
        [&](const std::vector<double>& list, std::vector<double>& to) {
            for (std::size_t r = 0; r < static_cast<std::size_t>(ranks.size()); ++r) {
                const auto from = all.begin() + static_cast<std::ptrdiff_t>(r * each + at);
                to.insert(to.end(), from, from + static_cast<std::ptrdiff_t>(list.size()));
            }
            at += list.size();
        },
        mine, joined);
    return joined;
}

}  // namespace stylegan
