// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/run_ranks.hpp"

#include <stylegan/training/collapse.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace stylegan::examples {

/// A line of training progress, in the form of the official tools.
struct TickLine {
    std::uint64_t tick = 0;
    double kimg = 0;
    double lod = 0;
    int minibatch = 0;
    double seconds = 0;  ///< since the run began
    double tick_seconds = 0;
    double tick_kimg = 0;
    double maintenance = 0;         ///< seconds for pictures, snapshots and metrics after the previous tick
    double memory_gb = 0;           ///< peak so far
    std::optional<double> augment;  ///< augmentation probability, with adaptive or fixed augmentation
    std::string warning;            ///< printed at the end
    std::vector<RankTime> ranks;    ///< of a run with several processes
    std::uint64_t skipped = 0;      ///< steps of this tick whose gradient was not finite; printed if not 0

    [[nodiscard]] double seconds_per_kimg() const { return tick_kimg > 0 ? tick_seconds / tick_kimg : 0; }
};

/// A sentence for the end of a tick line; empty for Collapse::none.
[[nodiscard]] std::string warning_of(Collapse collapse);

/// What ranks waited for each other: "waited 0.3s 0.0s", by rank; of more than eight the least and the most. The
/// slowest, for which the others wait a tenth of the tick or more, is named.
[[nodiscard]] std::string text_of(const std::vector<RankTime>& ranks, double tick_seconds);

/// "tick 12    kimg 48.0     lod 0.00  minibatch 16   time 5m 03s       sec/tick 24.1    sec/kimg 6.02    ..."
[[nodiscard]] std::string text_of(const TickLine& line);

}  // namespace stylegan::examples
