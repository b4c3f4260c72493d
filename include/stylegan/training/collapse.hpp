// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/training/running_statistics.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace stylegan {

/// What the statistics of a tick say about the two networks.
enum class Collapse {
    none,             ///< nothing unusual
    scores_separate,  ///< the discriminator tells nearly all real from all generated pictures: it overfits, or wins
    fakes_alike,      ///< generated pictures hardly differ from each other: mode collapse
};

/// Looks for the two ways in which training of a GAN usually fails. It has nothing to say of fewer than 500 pictures.
/// @param statistics  of a tick, as Trainer::statistics() has them
[[nodiscard]] inline Collapse collapse_of(const std::map<std::string, RunningStatistics>& statistics) {
    constexpr std::uint64_t fewest = 500;
    constexpr double sign_of_nearly_all = 0.99, least_share = 0.2;
    const auto mean = [&](const char* name, double otherwise) {
        const auto found = statistics.find(name);
        return found != statistics.end() && found->second.count() >= fewest ? found->second.mean() : otherwise;
    };
    if (mean("Loss/variation/fake", 1) < least_share * mean("Loss/variation/real", 0)) return Collapse::fakes_alike;
    if (mean("Loss/signs/real", 0) > sign_of_nearly_all && mean("Loss/signs/fake", 0) < -sign_of_nearly_all)
        return Collapse::scores_separate;
    return Collapse::none;
}

}  // namespace stylegan
