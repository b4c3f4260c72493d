// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/planning/level_times.hpp"
#include "run/train_settings.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace stylegan::examples {

/// Seconds of training by level, for networks and options: measure_levels(), or a model of it in tests.
using TimeModel = std::function<LevelTimes(const Architecture& a, const TrainingOptions& options)>;

/// What --cfg auto and --hours choose.
struct AutoChoice {
    TrainFlags flags;                  ///< all that is chosen, as flags; those that were given are kept
    std::vector<std::string> reasons;  ///< lines that say what was chosen and why
};

/// Hours of `--cfg auto` without --hours.
inline constexpr double default_hours = 1;

/// Whether networks and all else are chosen, too: with --cfg auto, and for a new run with --hours and no --cfg.
[[nodiscard]] bool is_auto(const TrainFlags& flags, const std::optional<TrainStart>& start);

/// Whether --cfg auto or --hours leave something to choose: not for a run that continues with its own training state,
/// of which --hours is the limit only.
[[nodiscard]] bool leaves_a_choice(const TrainFlags& flags, const DatasetFacts& data,
                                   const std::optional<TrainStart>& start);

/// Chooses what was not given, so that the run ends at full resolution after about flags.hours: the schedule and kimg,
/// and with is_auto() the networks, minibatch, learning rate, gamma, half-life, ticks and snapshots, too. It plans with
/// nine tenths of the time; growing takes a quarter of that. Networks are the widest that show as many pictures as such
/// pictures and so much time want.
/// @throws ValueError if training steps cannot be measured, or the flags do not fit together
[[nodiscard]] AutoChoice choose_settings(const TrainFlags& flags, const DatasetFacts& data,
                                         const std::optional<TrainStart>& start, const TimeModel& times);

/// "stylegan train --data ... --fmap-base 1024 ...": the flags as one would type them, but for --hours and --dry-run.
[[nodiscard]] std::string command_of(const TrainFlags& flags);

}  // namespace stylegan::examples
