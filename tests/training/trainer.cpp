// SPDX-License-Identifier: Apache-2.0
#include "training_case.hpp"

#include <limits>

BOOST_AUTO_TEST_SUITE(trainer)

using namespace training_test;

namespace {

/// Trains some steps.
/// @return whether everything is finite and has moved
bool trains(const Architecture& a, const TrainingOptions& o, int count = 6) {
    Trainer<Cpu> trainer(a, o, boxes(a), Cpu{.threads = 2});
    const std::vector<float> before = everything(trainer);
    double losses = 0;
    steps(trainer, count);
    for (const char* name : {"Loss/G/loss", "Loss/D/loss", "Loss/D/reg"})
        losses += trainer.statistics().at(name).mean();
    const std::vector<float> after = everything(trainer);
    const auto& p = trainer.progress();
    return std::isfinite(losses) && all_finite(after) && after != before &&
           p.skipped_generator + p.skipped_discriminator == 0 && p.steps == static_cast<std::uint64_t>(count);
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_loss_and_configuration_trains) {
    Loss saturating = losses::logistic_saturating, plain = losses::logistic;
    saturating.r2_gamma = 2;
    plain.r1_gamma = 0;
    const auto with = [](const Loss& loss) {
        TrainingOptions o = few_steps();
        o.loss = loss;
        return o;
    };
    BOOST_TEST(trains(tiny(3, config_a), with(losses::wgan_gp)));
    BOOST_TEST(trains(tiny(3, config_a), with(losses::hinge_gp)));
    BOOST_TEST(trains(tiny(3, config_b), with(losses::logistic)));
    BOOST_TEST(trains(tiny(3, config_c), with(saturating)));
    BOOST_TEST(trains(tiny(2, config_d), with(plain)));
    BOOST_TEST(trains(tiny(2, config_e), with(losses::hinge_gp)));
    BOOST_TEST(trains(tiny(2, config_f), with(losses::wgan_gp)));
}

BOOST_AUTO_TEST_CASE(rectangular_pictures_grey_pictures_and_labels_train) {
    Architecture rectangular = tiny(2);
    rectangular.base = {4, 6};
    BOOST_TEST((rectangular.picture() == Size{8, 12}));
    BOOST_TEST(trains(rectangular, few_steps()));
    TrainingOptions growing = few_steps();
    growing.schedule.growing = true;
    growing.schedule.first_height = 4;
    growing.schedule.lod_kimg = growing.schedule.fade_kimg = 0.016;
    BOOST_TEST(trains(rectangular, growing));

    Architecture grey = tiny(2);
    grey.num_channels = 1;
    grey.mbstd_group_size = 0;
    BOOST_TEST(trains(grey, few_steps(3)));

    Architecture labelled = tiny(2);
    labelled.label_size = 3;
    BOOST_TEST(trains(labelled, few_steps()));
    Architecture progressive = tiny(2, config_a);
    progressive.label_size = 2;
    BOOST_TEST(trains(progressive, few_steps()));
}

BOOST_AUTO_TEST_CASE(a_new_level_resets_the_optimizers) {
    const Architecture a = tiny(2);
    for (const bool reset : {true, false}) {
        TrainingOptions o = few_steps();
        o.reset_optimizer = reset;
        o.repeats = 2;
        o.schedule.growing = true;
        o.schedule.first_height = 4;
        o.schedule.lod_kimg = 0.048;   // three readings of the schedule
        o.schedule.fade_kimg = 0.064;  // four of them
        Trainer<Cpu> trainer(a, o, boxes(a), Cpu{.threads = 2});
        BOOST_TEST(trainer.generator().lod() == 1);
        std::vector<double> lods;
        std::vector<std::uint64_t> adam_steps;
        for (int i = 0; i < 20; ++i) {
            trainer.step();
            lods.push_back(trainer.scheduled_now().lod);
            adam_steps.push_back(trainer.progress().generator_steps);
            BOOST_TEST(trainer.progress().discriminator_steps == adam_steps.back());
            BOOST_TEST(trainer.generator().lod() == static_cast<double>(static_cast<float>(lods.back())));
            BOOST_TEST(trainer.discriminator().lod() == trainer.generator().lod());
        }
        const std::vector<double> expected_lods{1,   1,   1,    1,    1, 1, 1, 1, 0.75, 0.75,
                                                0.5, 0.5, 0.25, 0.25, 0, 0, 0, 0, 0,    0};
        BOOST_TEST(lods == expected_lods, boost::test_tools::per_element());
        // reset where fading begins and where it ends
        for (int i = 0; i < 20; ++i) {
            const int since = !reset ? i : i < 8 ? i : i < 14 ? i - 8 : i - 14;
            BOOST_TEST(adam_steps[static_cast<std::size_t>(i)] == static_cast<std::uint64_t>(since + 1));
        }
        BOOST_TEST(trainer.averaged().lod() == 0);
    }
}

BOOST_AUTO_TEST_CASE(levels_that_are_not_shown_are_not_trained) {
    const Architecture a = tiny(3);
    TrainingOptions o = few_steps();
    o.schedule.growing = true;
    o.schedule.first_height = 4;
    Trainer<Cpu> trainer(a, o, boxes(a), Cpu{.threads = 1});
    const auto of_level = [&](const std::string& part) {
        std::vector<float> all;
        for_each_parameter(trainer, [&](const std::string& name, const Parameter<Cpu>& p) {
            if (p.trainable() && name.find(part) != std::string::npos && !name.starts_with("training/"))
                all.insert(all.end(), p.value().begin(), p.value().end());
        });
        return all;
    };
    const auto small = of_level("/4x4/"), large = of_level("/8x8/"), largest = of_level("ToRGB_lod0");
    steps(trainer, 3);
    BOOST_TEST((of_level("/4x4/") != small));
    BOOST_TEST((of_level("/8x8/") == large));
    BOOST_TEST((of_level("ToRGB_lod0") == largest));
}

BOOST_AUTO_TEST_CASE(a_gradient_that_is_not_finite_skips_its_step_and_is_counted) {
    const Architecture a = tiny(2);
    Trainer<Cpu> trainer(a, few_steps(), boxes(a), Cpu{.threads = 1});
    steps(trainer, 2);
    Parameter<Cpu>* weight = nullptr;
    for_each_parameter(trainer.discriminator(), [&](const std::string& name, Parameter<Cpu>& p) {
        if (name == "4x4/Dense1/weight") weight = &p;
    });
    BOOST_REQUIRE(weight != nullptr);
    const float good = weight->value()[0];
    weight->value()[0] = std::numeric_limits<float>::infinity();
    const auto before = everything(trainer);
    steps(trainer, 3);
    BOOST_TEST(trainer.progress().skipped_discriminator == 3u);
    BOOST_TEST(trainer.progress().skipped_generator == 3u);
    BOOST_TEST(trainer.progress().steps == 5u);
    BOOST_TEST(trainer.progress().generator_steps == 2u);
    const auto after = everything(trainer);  // except for the average, which follows the generator
    for_each_parameter(trainer.generator(), [&](const std::string& name, const Parameter<Cpu>& p) {
        BOOST_TEST(std::all_of(p.value().begin(), p.value().end(), [](float v) { return std::isfinite(v); }), name);
    });
    BOOST_TEST(before.size() == after.size());

    weight->value()[0] = good;
    steps(trainer, 2);
    BOOST_TEST(trainer.progress().skipped_discriminator == 3u);
    BOOST_TEST(trainer.progress().generator_steps == 4u);
}

BOOST_AUTO_TEST_CASE(every_picture_is_shown_once_an_epoch) {
    const Architecture a = tiny(2);
    PictureSource source = boxes(a, 16);
    std::vector<int> shown(16);
    source.picture = [&, inner = source.picture](Index i, int halvings, std::span<std::uint8_t> pixels) {
        ++shown[static_cast<std::size_t>(i)];
        inner(i, halvings, pixels);
    };
    Trainer<Cpu> trainer(a, few_steps(8), source, Cpu{.threads = 1});
    steps(trainer, 2);
    for (const int n : shown) BOOST_TEST(n == 1);
    steps(trainer, 2);
    for (const int n : shown) BOOST_TEST(n == 2);
}

BOOST_AUTO_TEST_CASE(run_reports_ticks_until_the_end) {
    const Architecture a = tiny(2);
    TrainingOptions o = few_steps();
    o.total_kimg = 0.1;
    o.kimg_per_tick = 0.04;
    Trainer<Cpu> trainer(a, o, boxes(a), Cpu{.threads = 1});
    std::vector<std::uint64_t> ticks, counts;
    std::vector<bool> last;
    trainer.run([&](const Trainer<Cpu>::Tick& tick) {
        ticks.push_back(tick.progress.pictures);
        counts.push_back(tick.statistics.at("Loss/G/loss").count());
        last.push_back(tick.last);
        for (const char* name : {"Loss/scores/real", "Loss/scores/fake", "Loss/signs/real", "Loss/signs/fake",
                                 "Loss/D/loss", "Loss/D/reg", "Loss/r1_penalty"})
            BOOST_TEST(tick.statistics.count(name) == 1u, name);
        return true;
    });
    BOOST_TEST(ticks == (std::vector<std::uint64_t>{40, 80, 104}), boost::test_tools::per_element());
    BOOST_TEST(counts == (std::vector<std::uint64_t>{40, 40, 24}), boost::test_tools::per_element());
    BOOST_TEST((last == std::vector<bool>{false, false, true}));
    BOOST_TEST(trainer.finished());

    Trainer<Cpu> stopped(a, o, boxes(a), Cpu{.threads = 1});
    int steps_done = 0;
    ticks.clear();
    stopped.run(
        [&](const Trainer<Cpu>::Tick& tick) {
            ticks.push_back(tick.progress.pictures);
            BOOST_TEST(tick.last);
            return true;
        },
        [&] { return ++steps_done < 3; });
    BOOST_TEST(ticks == std::vector<std::uint64_t>{24}, boost::test_tools::per_element());
    BOOST_TEST(!stopped.finished());
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_refused) {
    const Architecture a = tiny(2);
    const auto make = [&](auto change) {
        TrainingOptions o = few_steps();
        PictureSource source = boxes(a);
        change(o, source);
        const Trainer<Cpu> trainer(a, o, source, Cpu{.threads = 1});
    };
    BOOST_CHECK_NO_THROW(make([](auto&, auto&) {}));
    BOOST_CHECK_THROW(make([](auto&, PictureSource& s) { s.resolution = {16, 16}; }), ShapeError);
    BOOST_CHECK_THROW(make([](auto&, PictureSource& s) { s.channels = 1; }), ShapeError);
    BOOST_CHECK_THROW(make([](auto&, PictureSource& s) { s.size = 0; }), ValueError);
    BOOST_CHECK_THROW(make([](TrainingOptions& o, auto&) { o.schedule.batch = 6; }), ShapeError);
    BOOST_CHECK_THROW(make([](TrainingOptions& o, auto&) { o.schedule.batch_at[8] = 10; }), ShapeError);
    BOOST_CHECK_NO_THROW(make([](TrainingOptions& o, auto&) { o.schedule.batch = 3; }));
    BOOST_CHECK_THROW(make([](TrainingOptions& o, auto&) { o.schedule.batch = 0; }), ValueError);
    BOOST_CHECK_THROW(make([](TrainingOptions& o, auto&) { o.total_kimg = 0; }), ValueError);
    BOOST_CHECK_THROW(make([](TrainingOptions& o, auto&) { o.kimg_per_tick = -1; }), ValueError);
    BOOST_CHECK_THROW(make([](TrainingOptions& o, auto&) { o.schedule.lr = std::nan(""); }), ValueError);
    BOOST_CHECK_THROW(make([](TrainingOptions& o, auto&) { o.schedule.lr_at[8] = 0; }), ValueError);
    BOOST_CHECK_THROW(make([](TrainingOptions& o, auto&) { o.schedule.batch_at[8] = -4; }), ValueError);
    BOOST_CHECK_THROW(make([](TrainingOptions& o, auto&) { o.schedule.lod_kimg = -1; }), ValueError);
    BOOST_CHECK_THROW(make([](TrainingOptions& o, auto&) { o.schedule.fade_kimg = std::nan(""); }), ValueError);
    BOOST_CHECK_THROW(make([](TrainingOptions& o, auto&) { o.ema_kimg = -1; }), ValueError);
    BOOST_CHECK_THROW(make([](TrainingOptions& o, auto&) { o.microbatch = -1; }), ValueError);
    BOOST_CHECK_THROW(make([](TrainingOptions& o, auto&) { o.loss.r1_gamma = -1; }), ValueError);

    Architecture labelled = a;
    labelled.label_size = 2;
    BOOST_CHECK_THROW(Trainer<Cpu>(labelled, few_steps(), boxes(a)), ShapeError);
}

BOOST_AUTO_TEST_CASE(steps_that_fail_one_after_the_other_end_the_run) {
    TrainingOptions o = few_steps();
    o.schedule.lr = 1e30;
    o.max_skipped_steps = 5;
    Trainer<Cpu> trainer(tiny(2), o, boxes(tiny(2)), Cpu{.threads = 1});
    BOOST_CHECK_THROW(steps(trainer, 50), DivergenceError);
    BOOST_TEST(trainer.progress().skipped_in_a_row == 5u);
    const std::uint64_t steps_until = trainer.progress().steps;
    BOOST_TEST(steps_until < 10u);

    o.max_skipped_steps = 0;
    Trainer<Cpu> patient(tiny(2), o, boxes(tiny(2)), Cpu{.threads = 1});
    steps(patient, 12);
    BOOST_TEST(patient.progress().skipped_in_a_row > 5u);

    o.schedule.lr = 0.002;
    o.max_skipped_steps = 1;
    Trainer<Cpu> good(tiny(2), o, boxes(tiny(2)), Cpu{.threads = 1});
    steps(good, 3);
    BOOST_TEST(good.progress().skipped_in_a_row == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
