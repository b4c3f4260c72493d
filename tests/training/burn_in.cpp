// SPDX-License-Identifier: Apache-2.0
#include "training_case.hpp"

#include <stylegan/training/burn_in.hpp>

BOOST_AUTO_TEST_SUITE(burn_in)

using namespace training_test;

BOOST_AUTO_TEST_CASE(values_go_along_half_a_cosine) {
    const BurnIn b{.kimg = 10};
    BOOST_TEST(burn_in_value(b, 0, 4, 1) == 4);
    BOOST_TEST(burn_in_value(b, 5000, 4, 1) == 2.5, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(burn_in_value(b, 2500, 4, 1) == 1 + 3 * (1 + std::sqrt(0.5)) / 2, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(burn_in_value(b, 10000, 4, 1) == 1);
    BOOST_TEST(burn_in_value(b, 1e9, 4, 1) == 1);
    BOOST_TEST(burn_in_value({}, 0, 4, 1) == 1);  // none
}

BOOST_AUTO_TEST_CASE(a_run_follows_them) {
    const Architecture a = tiny(2);
    TrainingOptions o = few_steps();
    o.repeats = 1;
    o.loss = losses::relativistic;
    o.burn_in.kimg = 0.064;  // eight steps
    o.augment.mode = AugmentMode::fixed;
    o.augment.p = 0.3;
    Trainer<Cpu> trainer(a, o, boxes(a), Cpu{.threads = 1});
    BOOST_TEST(trainer.scheduled_now().lr == 4 * o.schedule.lr, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(trainer.augment_p() == 0);
    steps(trainer, 1);
    steps(trainer, 4);
    BOOST_TEST(trainer.scheduled_now().lr == 2.5 * o.schedule.lr, boost::test_tools::tolerance(0.3));
    BOOST_TEST((trainer.augment_p() > 0.1 && trainer.augment_p() < 0.2));
    steps(trainer, 5);
    BOOST_TEST(trainer.scheduled_now().lr == o.schedule.lr);
    BOOST_TEST(trainer.augment_p() == 0.3);
    BOOST_TEST(all_finite(everything(trainer)));
}

// After the burn-in a step is that of a run without one.
BOOST_AUTO_TEST_CASE(it_ends) {
    const Architecture a = tiny(2);
    const auto stepped = [&](double kimg) {
        TrainingOptions o = few_steps();
        o.burn_in.kimg = kimg;
        Trainer<Cpu> trainer(a, o, boxes(a), Cpu{.threads = 1});
        TrainingProgress p;
        p.pictures = p.schedule_pictures = 80;
        trainer.set_progress(p);
        steps(trainer, 2);
        return everything(trainer);
    };
    BOOST_TEST((stepped(0.08) == stepped(0)));
    BOOST_TEST((stepped(0.2) != stepped(0)));
}

BOOST_AUTO_TEST_SUITE_END()
