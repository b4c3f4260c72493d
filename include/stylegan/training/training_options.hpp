// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/training/adam.hpp>
#include <stylegan/training/known_losses.hpp>
#include <stylegan/training/schedule.hpp>

#include <cstdint>

namespace stylegan {

/// Options of a training run; the defaults are those of the paper's FFHQ run but for its batch sizes and learning rates.
struct TrainingOptions {
    ScheduleOptions schedule{};
    Loss loss = losses::logistic;
    AdamOptions adam{};
    double total_kimg = 25000;
    double kimg_per_tick = 4;
    double ema_kimg = 10;  ///< half-life of the averaged generator, in thousands of pictures
    double w_average_beta = 0.995;
    int repeats = 4;              ///< steps before the schedule is read again
    bool reset_optimizer = true;  ///< forget Adam's moments when the set of growing stages changes
    bool mirror = false;
    int microbatch = 0;  ///< pictures evaluated at once; 0: the whole minibatch
    /// Steps in a row with a gradient that is not finite, after which step() throws; 0: it never does.
    int max_skipped_steps = 50;
    std::uint64_t seed = 0;
};

/// Training progress; with parameters and moments, all a bit-exact resume needs.
struct TrainingProgress {
    std::uint64_t pictures = 0;  ///< shown to the discriminator
    std::uint64_t steps = 0;
    std::uint64_t schedule_pictures = 0;                             ///< where the schedule was last read
    int repeat = 0;                                                  ///< steps since then
    double last_lod = -1;                                            ///< before that
    std::uint64_t skipped_generator = 0, skipped_discriminator = 0;  ///< steps whose gradient was not finite
    std::uint64_t skipped_in_a_row = 0;                              ///< steps until now whose gradient was not finite
    std::uint64_t generator_steps = 0, discriminator_steps = 0;      ///< of Adam since its moments were reset
    std::uint64_t tick = 0;
    std::uint64_t tick_pictures = 0;  ///< where the last tick ended
};

}  // namespace stylegan
