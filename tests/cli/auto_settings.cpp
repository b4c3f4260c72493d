// SPDX-License-Identifier: Apache-2.0
// What --cfg auto and --hours choose, with a model of the machine in place of measurements.
#include "run/planning/auto_settings.hpp"

#include "io/temporary_folder.hpp"

#include <stylegan/core/philox.hpp>
#include <stylegan/training/schedule.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(auto_settings)

using namespace stylegan;
using namespace stylegan::examples;

namespace {

/// A machine that trains 64x64 pictures with --fmap-base 1024 --fmap-max 128 in `seconds` for a thousand.
TimeModel machine(double seconds) {
    return [seconds](const Architecture& a, const TrainingOptions&) {
        Architecture known = at_resolution(config_f, 64);
        known.fmap_base = 1024;
        known.fmap_max = 128;
        LevelTimes times;
        for (int s = 0; s < a.stages(); ++s)
            times.seconds_per_kimg.push_back(seconds * work_of_stage(a, s) / work_of_stage(known, 4));
        times.measured = a.stages();
        return times;
    };
}

DatasetFacts data_of(int side, Index pictures) {
    return {.path = "faces.zip", .pictures = pictures, .resolution = {side, side}, .channels = 3};
}

TrainFlags asked(double hours) {
    TrainFlags flags;
    flags.data = "faces.zip";
    flags.cfg = "auto";
    flags.hours = hours;
    return flags;
}

/// Seconds that a run takes by the model, and at full resolution, stepping through its schedule.
struct Taken {
    double all = 0, full = 0;
};
Taken time_of(const TrainSettings& s, const LevelTimes& times) {
    Taken taken;
    const double step = s.options.total_kimg / 20000;
    for (double kimg = 0; kimg < s.options.total_kimg; kimg += step) {
        const double lod = scheduled(s.architecture, s.options.schedule, kimg * 1000).lod;
        const int stage = s.architecture.stages() - 1 - static_cast<int>(lod);
        const double seconds = step * times.seconds_per_kimg[static_cast<std::size_t>(stage)];
        taken.all += seconds;
        if (lod == 0) taken.full += seconds;
    }
    return taken;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string all;
    for (const std::string& line : lines) all += line + "\n";
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(several_hours_on_two_cores_come_near_the_setting_found_by_hand) {
    const AutoChoice c = choose_settings(asked(5), data_of(64, 10000), {}, machine(10));
    BOOST_TEST(*c.flags.fmap_base == 1024);
    BOOST_TEST(*c.flags.fmap_max == 128);
    BOOST_TEST(*c.flags.latent == 128);
    BOOST_TEST(c.flags.batch->all == 16);
    BOOST_TEST(c.flags.lr->all == 0.004);
    BOOST_TEST(*c.flags.gamma == 4.1);
    BOOST_TEST(*c.flags.mirror);
    BOOST_TEST(*c.flags.ema_kimg == 5);
    BOOST_TEST(c.flags.growing);
    BOOST_TEST(*c.flags.lod_kimg >= 12);
    BOOST_TEST(*c.flags.lod_kimg <= 50);
    BOOST_TEST(*c.flags.kimg > 1500);
    BOOST_TEST(*c.flags.kimg < 2000);
    BOOST_TEST(!c.flags.cfg.has_value());
    BOOST_TEST(test::contains(joined(c.reasons), "--fmap-base 1024"), joined(c.reasons));
}

BOOST_AUTO_TEST_CASE(half_an_hour_takes_narrower_networks_and_smaller_minibatches) {
    const AutoChoice c = choose_settings(asked(0.5), data_of(64, 10000), {}, machine(10));
    BOOST_TEST(*c.flags.fmap_base < 1024);
    BOOST_TEST(*c.flags.kimg >= 150);
    const AutoChoice slow = choose_settings(asked(0.5), data_of(64, 10000), {}, machine(100));
    BOOST_TEST(*slow.flags.fmap_base == 256);
    BOOST_TEST(slow.flags.batch->all == 8);
    BOOST_TEST(slow.flags.lr->all == 0.003);
    BOOST_TEST(*slow.flags.gamma == 8.2);  // half the pictures, twice the penalty
    BOOST_TEST(test::contains(joined(slow.reasons), "the narrowest"), joined(slow.reasons));
    BOOST_TEST(test::contains(joined(slow.reasons), "--batch 8"), joined(slow.reasons));
}

BOOST_AUTO_TEST_CASE(a_fast_machine_takes_wider_networks_unless_there_are_few_pictures) {
    const auto base = [](double hours, Index pictures) {
        return *choose_settings(asked(hours), data_of(64, pictures), {}, machine(0.2)).flags.fmap_base;
    };
    BOOST_TEST(base(2, 70000) > 1024);
    BOOST_TEST(base(2, 70000) >= base(2, 5000));
    BOOST_TEST(base(2, 500) == 1024);
}

BOOST_AUTO_TEST_CASE(any_run_ends_in_time_and_at_full_resolution) {
    const RandomStream stream(7, 0, Purpose::test);
    for (std::uint64_t i = 0; i < 200; ++i) {
        const auto draw = [&](std::uint64_t k) { return static_cast<double>(stream.below(10 * i + k, 1000)) / 1000; };
        const DatasetFacts data = {.path = "faces.zip",
                                   .pictures = static_cast<Index>(1 + std::pow(10, 5 * draw(0))),
                                   .resolution = {4 << stream.below(10 * i + 1, 7), 4 << stream.below(10 * i + 1, 7)},
                                   .channels = 1 + static_cast<int>(stream.below(10 * i + 2, 3))};
        TrainFlags flags = asked(0.01 * std::pow(10, 4 * draw(3)));
        const TimeModel model = machine(0.01 * std::pow(10, 5 * draw(4)));
        if (stream.below(10 * i + 5, 3) == 0) flags.cfg = "f";
        if (stream.below(10 * i + 6, 4) == 0 && data.pictures >= 4) flags.batch = ByHeight{.all = 4};
        if (flags.cfg == "f" && !flags.batch) flags.batch = ByHeight{.all = 1};
        BOOST_TEST_CONTEXT(data.pictures << " pictures of " << to_string(data.resolution) << ", " << *flags.hours
                                         << " hours, " << command_of(flags)) {
            const AutoChoice c = choose_settings(flags, data, {}, model);
            const TrainSettings s = resolve(c.flags, data, {});
            const Taken t = time_of(s, model(s.architecture, s.options));
            BOOST_TEST(t.all > 0.8 * *flags.hours * 3600);
            BOOST_TEST(t.all < 0.96 * *flags.hours * 3600);
            BOOST_TEST(t.full > 0.6 * t.all);
            BOOST_TEST(scheduled(s.architecture, s.options.schedule, s.options.total_kimg * 1000).lod == 0);
            BOOST_TEST(s.hours == *flags.hours);
            BOOST_TEST(command_of(c.flags).find("--hours") == std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_given_stays) {
    TrainFlags flags = asked(1);
    flags.fmap_base = 300;
    flags.batch = ByHeight{.all = 4};
    flags.lr = ByHeight{.all = 0.0123};
    flags.mirror = false;
    flags.kimg = 77;
    flags.gamma = 3;
    flags.no_growing = true;
    flags.tick = 2;
    const AutoChoice c = choose_settings(flags, data_of(32, 5000), {}, machine(10));
    BOOST_TEST(*c.flags.fmap_base == 300);
    BOOST_TEST(c.flags.batch->all == 4);
    BOOST_TEST(c.flags.lr->all == 0.0123);
    BOOST_TEST(!*c.flags.mirror);
    BOOST_TEST(*c.flags.kimg == 77);
    BOOST_TEST(*c.flags.gamma == 3);
    BOOST_TEST((c.flags.no_growing && !c.flags.growing && !c.flags.lod_kimg));
    BOOST_TEST(*c.flags.tick == 2);
}

BOOST_AUTO_TEST_CASE(other_configurations_keep_their_networks) {
    TrainFlags flags = asked(1);
    flags.cfg = "b";
    const AutoChoice c = choose_settings(flags, data_of(32, 5000), {}, machine(10));
    BOOST_TEST(*c.flags.cfg == "b");
    BOOST_TEST((!c.flags.fmap_base && !c.flags.latent && !c.flags.batch && !c.flags.gamma && !c.flags.tick));
    BOOST_TEST((c.flags.kimg && c.flags.lod_kimg && c.flags.fade_kimg));
}

BOOST_AUTO_TEST_CASE(when_there_is_something_to_choose) {
    const DatasetFacts data = data_of(32, 100);
    TrainFlags flags;
    BOOST_TEST(!leaves_a_choice(flags, data, {}));
    flags.hours = 1;
    BOOST_TEST((leaves_a_choice(flags, data, {}) && is_auto(flags, {})));
    flags.cfg = "f";
    BOOST_TEST((leaves_a_choice(flags, data, {}) && !is_auto(flags, {})));
    flags.kimg = 5;
    BOOST_TEST(leaves_a_choice(flags, data, {}));  // the schedule
    flags.no_growing = true;
    BOOST_TEST(!leaves_a_choice(flags, data, {}));
    flags.cfg.reset();
    TrainStart run;  // with a training state of its own
    run.settings.emplace();
    BOOST_TEST(!leaves_a_choice(flags, data, run));
    flags = asked(1);
    flags.hours.reset();
    BOOST_TEST(leaves_a_choice(flags, data, {}));
    const auto nothing = [](const Architecture&, const TrainingOptions&) { return LevelTimes{{}, 0, "no reason"}; };
    BOOST_TEST(test::contains(test::message_of<ValueError>([&] { (void)choose_settings(flags, data, {}, nothing); }),
                              "no reason"));
}

BOOST_AUTO_TEST_CASE(flags_as_they_are_typed) {
    TrainFlags flags;
    flags.data = "my faces/it's.zip";
    flags.outdir = "runs";
    flags.batch = ByHeight{.all = 0, .at = {{8, 32}, {16, 16}}};
    flags.lr = ByHeight{.all = 0.1 + 0.2};
    flags.hours = 2;
    flags.growing = true;
    flags.metrics = std::vector<std::string>{};
    flags.device = {.cuda = true, .number = 1, .precision = Precision::tf32};
    BOOST_TEST(command_of(flags) ==
               "stylegan train --data 'my faces/it'\\''s.zip' --outdir runs --growing --batch 8:32,16:16 --lr "
               "0.30000000000000004 --metrics none --device cuda:1 --gpu-precision tf32");
}

BOOST_AUTO_TEST_CASE(levels_that_were_not_measured_follow_from_their_work) {
    Architecture a = at_resolution(config_f, 64);
    LevelTimes times{{1, 2}, 2, ""};
    extrapolate(a, times);
    BOOST_REQUIRE(times.seconds_per_kimg.size() == 5u);
    BOOST_TEST(times.seconds_per_kimg[1] == 2);
    BOOST_TEST(times.seconds_per_kimg[4] > 4 * times.seconds_per_kimg[2]);
    BOOST_TEST((!times.about(1) && times.about(2)));
}

BOOST_AUTO_TEST_SUITE_END()
