// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "printing/progress.hpp"
#include "ranks/equal_ranks.hpp"
#include "run/run_ranks.hpp"

#include <stylegan/training/trainer.hpp>

namespace stylegan::examples {

/// The run of a rank other than 0: it makes the steps, and decides with the others when they end. Rank 0 does
/// everything else.
/// @throws SharedError for what rank 0 says, too
template <class Device>
void follow_run(Trainer<Device>& trainer) {
    struct Stop {};
    const Interrupt interrupt;
    RunRanks ranks(trainer.ranks());
    RunRanks::Decision all;
    try {
        trainer.run(
            [&](const typename Trainer<Device>::Tick&) {
                together(trainer.ranks(), [&] { (void)ranks.at_tick(trainer); });
                return !all.stop;
            },
            [&] {
                all = ranks.after_step({.stop = Interrupt::requested()});
                if (all.over) return false;
                if (!tick_ends(trainer) && all.stop) throw Stop();
                return true;
            });
    } catch (const Stop&) {  // between two steps, as on rank 0
    } catch (const DivergenceError& error) {
        throw SharedError(error.what());
    }
}

}  // namespace stylegan::examples
