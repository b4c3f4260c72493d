// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/training/parallel/shards.hpp>
#include <stylegan/training/training_options.hpp>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace stylegan {

/// A value out of its range.
struct OutOfRange {
    const char* name;      ///< as in training_options.json
    std::string found;     ///< the value
    std::string expected;  ///< the range: "more than 0"
};

/// The first option that no run can have. The trainer, files and the command line share this check.
/// @return nothing if all are in range
[[nodiscard]] inline std::optional<OutOfRange> out_of_range(const TrainingOptions& o) {
    std::optional<OutOfRange> first;
    const auto require = [&](const char* name, double found, bool good, const char* expected) {
        if (!good && !first) first = OutOfRange{name, text(found), expected};
    };
    const auto positive = [&](const char* name, double v) { require(name, v, v > 0, "more than 0"); };
    const auto not_negative = [&](const char* name, double v) { require(name, v, v >= 0, "0 or more"); };
    const auto rate = [&](const char* name, double v) {
        require(name, v, v > 0 && std::isfinite(v), "a finite number, more than 0");
    };
    const auto weight = [&](const char* name, double v) {
        require(name, v, v >= 0 && std::isfinite(v), "a finite number, 0 or more");
    };
    const auto decay = [&](const char* name, double v) {
        require(name, v, v >= 0 && v < 1, "0 or more and less than 1");
    };
    const ScheduleOptions& schedule = o.schedule;
    positive("total_kimg", o.total_kimg);
    positive("kimg_per_tick", o.kimg_per_tick);
    positive("first_height", schedule.first_height);
    not_negative("lod_kimg", schedule.lod_kimg);
    not_negative("fade_kimg", schedule.fade_kimg);
    positive("batch", schedule.batch);
    for (const auto& at : schedule.batch_at) positive("batch_at", at.second);
    rate("lr", schedule.lr);
    for (const auto& at : schedule.lr_at) rate("lr_at", at.second);
    not_negative("microbatch", o.microbatch);
    require("shards", o.shards, is_number_of_shards(o.shards), "1, 2, 4, 8 and so on, at most 1024");
    not_negative("max_skipped_steps", o.max_skipped_steps);
    weight("r1_gamma", o.loss.r1_gamma);
    weight("r2_gamma", o.loss.r2_gamma);
    weight("gp_lambda", o.loss.gp_lambda);
    rate("gp_target", o.loss.gp_target);
    weight("drift", o.loss.drift);
    decay("beta1", o.adam.beta1);
    decay("beta2", o.adam.beta2);
    weight("epsilon", o.adam.epsilon);
    weight("burn_in_kimg", o.burn_in.kimg);
    rate("burn_in_lr", o.burn_in.lr);
    weight("burn_in_gamma", o.burn_in.gamma);
    decay("burn_in_beta2", o.burn_in.beta2);
    weight("burn_in_ema", o.burn_in.ema);
    weight("burn_in_p", o.burn_in.p);
    positive("reg_interval", o.reg_interval);
    weight("augment_p", o.augment.p);
    require("augment_target", o.augment.control.target, std::abs(o.augment.control.target) <= 1, "-1 to 1");
    positive("augment_interval", o.augment.control.interval);
    rate("augment_kimg", o.augment.control.kimg);
    not_negative("freeze_d", o.freeze_d);
    not_negative("ema_kimg", o.ema_kimg);
    require("w_average_beta", o.w_average_beta, o.w_average_beta >= 0 && o.w_average_beta <= 1, "0 to 1");
    not_negative("repeats", o.repeats);
    return first;
}

/// The first counter that no run can have reached.
/// @return nothing if all are in range
[[nodiscard]] inline std::optional<OutOfRange> out_of_range(const TrainingProgress& p) {
    constexpr std::uint64_t most_pictures = 1'000'000'000'000'000'000;  // adding minibatches must not overflow
    constexpr int most_repeats = 1'000'000'000;
    std::optional<OutOfRange> first;
    const auto at_most = [&](const char* name, std::uint64_t found, std::uint64_t most, const char* what) {
        if (found > most && !first) first = OutOfRange{name, text(found), text("at most ", most, what)};
    };
    at_most("pictures", p.pictures, most_pictures, "");
    at_most("steps", p.steps, p.pictures, ", the pictures");
    at_most("schedule_pictures", p.schedule_pictures, p.pictures, ", the pictures");
    at_most("tick_pictures", p.tick_pictures, p.pictures, ", the pictures");
    at_most("tick", p.tick, p.steps, ", the steps");
    at_most("skipped_generator", p.skipped_generator, p.steps, ", the steps");
    at_most("skipped_discriminator", p.skipped_discriminator, p.steps, ", the steps");
    at_most("skipped_in_a_row", p.skipped_in_a_row, p.steps, ", the steps");
    at_most("generator_steps", p.generator_steps, p.steps, ", the steps");
    at_most("discriminator_steps", p.discriminator_steps, 2 * p.steps, ", twice the steps");
    if (!first && (p.repeat < 0 || p.repeat > most_repeats))
        first = OutOfRange{"repeat", text(p.repeat), text("0 to ", most_repeats)};
    const AugmentController::State& a = p.augment;
    if (!first && !(a.p >= 0 && std::isfinite(a.p))) first = OutOfRange{"augment_p", text(a.p), "0 or more"};
    for (const auto& [name, v] : {std::pair{"augment_scores", a.scores}, std::pair{"augment_pictures", a.pictures},
                                  std::pair{"augment_minibatches", std::int64_t{a.minibatches}}})
        if (!first && (v < 0 || v > most_repeats)) first = OutOfRange{name, text(v), text("0 to ", most_repeats)};
    if (!first && std::abs(a.signs) > a.scores)
        first = OutOfRange{"augment_signs", text(a.signs), text(-a.scores, " to ", a.scores, ", the scores")};
    if (!first && p.last_lod != -1 && !(p.last_lod >= 0 && p.last_lod <= 32))
        first = OutOfRange{"last_lod", text(p.last_lod), "-1, or 0 to 32"};
    return first;
}

}  // namespace stylegan
