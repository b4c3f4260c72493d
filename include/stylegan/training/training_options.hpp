// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/training/adam.hpp>
#include <stylegan/training/augmentation/augment_settings.hpp>
#include <stylegan/training/burn_in.hpp>
#include <stylegan/training/known_losses.hpp>
#include <stylegan/training/schedule.hpp>

#include <cstdint>

namespace stylegan {

/// Options of a training run. The defaults are those of the paper's FFHQ run, except for batch sizes and learning
/// rates.
struct TrainingOptions {
    ScheduleOptions schedule{};    ///< growing, minibatch and learning rate
    Loss loss = losses::logistic;  ///< the loss of both networks
    AdamOptions adam{};            ///< the optimizer of both networks
    BurnIn burn_in{};              ///< none
    /// Discriminator steps between two regularization steps; 1: penalties are part of every step.
    int reg_interval = 1;
    AugmentSettings augment{};  ///< of what the discriminator sees
    /// Layers of the discriminator, counted from the pictures, whose parameters stay as they are.
    int freeze_d = 0;
    double total_kimg = 25000;      ///< length of the run, in thousands of real pictures shown
    double kimg_per_tick = 4;       ///< length of a tick, in thousands of pictures
    double ema_kimg = 10;           ///< half-life of the averaged generator, in thousands of pictures
    double w_average_beta = 0.995;  ///< decay of the average w in each update, in [0, 1)
    int repeats = 4;                ///< steps between two readings of the schedule
    bool reset_optimizer = true;    ///< reset Adam's moments when the set of growing stages changes
    bool mirror = false;            ///< mirror half of the pictures, chosen at random
    int microbatch = 0;             ///< pictures evaluated at once; 0: the whole minibatch
    /// Parts of a minibatch whose gradients are computed each by itself and added in a fixed order: 1, 2, 4, ... 1024.
    /// As many ranks, or fewer, can share them and get the same bits.
    int shards = 1;
    /// Steps in a row with a gradient that is not finite, after which step() throws; 0: never.
    int max_skipped_steps = 50;
    std::uint64_t seed = 0;  ///< seed of initial weights, latents, noise and the order of pictures
};

/// Training progress; with parameters and moments, all a bit-exact resume needs.
struct TrainingProgress {
    std::uint64_t pictures = 0;               ///< real pictures shown to the discriminator
    std::uint64_t steps = 0;                  ///< steps made
    std::uint64_t schedule_pictures = 0;      ///< `pictures` when the schedule was last read
    int repeat = 0;                           ///< steps since the schedule was last read
    double last_lod = -1;                     ///< lod when the schedule was last read; -1 before
    std::uint64_t skipped_generator = 0;      ///< updates of the generator skipped: a gradient was not finite
    std::uint64_t skipped_discriminator = 0;  ///< the same for the discriminator
    std::uint64_t skipped_in_a_row = 0;       ///< steps in a row until now in which an update was skipped
    std::uint64_t generator_steps = 0;        ///< steps of the generator's Adam since its moments were reset
    std::uint64_t discriminator_steps = 0;    ///< the same for the discriminator's Adam
    std::uint64_t tick = 0;                   ///< ticks finished
    std::uint64_t tick_pictures = 0;          ///< `pictures` at the end of the last tick
    AugmentController::State augment{};       ///< augmentation probability, and what its next adjustment needs
};

}  // namespace stylegan
