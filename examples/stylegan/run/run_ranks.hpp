// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/communicator.hpp>
#include <stylegan/training/parallel/require_equal_ranks.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace stylegan::examples {

/// How long a rank waited for others during a tick.
struct RankTime {
    std::string name;   ///< "rank 1 on node7"
    double waited = 0;  ///< seconds
};

/// Whether the trainer ends a tick with the step that it has just made.
template <class Trainer>
[[nodiscard]] bool tick_ends(const Trainer& trainer) {
    const auto& p = trainer.progress();
    return trainer.finished() ||
           static_cast<double>(p.pictures - p.tick_pictures) >= trainer.options().kimg_per_tick * 1000;
}

/// What the ranks of a run tell each other between its steps.
class RunRanks {
public:
    /// What follows a step: it does for all if one rank says so.
    struct Decision {
        bool stop = false;  ///< the run stops between two steps, as after Ctrl-C
        bool over = false;  ///< the time of --hours is over
    };

    explicit RunRanks(Communicator& ranks) : ranks_(ranks), waited_(ranks.waited()) {}

    [[nodiscard]] Decision after_step(Decision mine) const {
        if (ranks_.size() == 1) return mine;
        const std::uint8_t bits = static_cast<std::uint8_t>((mine.stop ? 1 : 0) | (mine.over ? 2 : 0));
        unsigned all = 0;
        for (const std::uint8_t b : all_gather(ranks_, std::span(&bits, 1))) all |= b;
        return {(all & 1) != 0, (all & 2) != 0};
    }

    /// At the end of a tick: ends a run whose ranks have different weights.
    /// @return seconds waited since the last tick, for each rank; nothing for one process
    template <class Trainer>
    [[nodiscard]] std::vector<RankTime> at_tick(const Trainer& trainer) {
        if (ranks_.size() == 1) return {};
        const double waited = ranks_.waited() - waited_;
        const std::vector<double> all = all_gather(ranks_, std::span(&waited, 1));
        if (names_.empty()) names_ = all_gather_text(ranks_, ranks_.name());
        require_equal_parameters(ranks_, trainer);
        std::vector<RankTime> times;
        for (std::size_t r = 0; r < all.size(); ++r) times.push_back({names_[r], all[r]});
        waited_ = ranks_.waited();
        return times;
    }

private:
    Communicator& ranks_;
    double waited_;
    std::vector<std::string> names_;
};

}  // namespace stylegan::examples
