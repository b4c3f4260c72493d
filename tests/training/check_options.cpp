// SPDX-License-Identifier: Apache-2.0
#include "training_case.hpp"

#include "io/temporary_folder.hpp"

#include <stylegan/training/check_options.hpp>

#include <limits>

BOOST_AUTO_TEST_SUITE(check_options)

using namespace training_test;

BOOST_AUTO_TEST_CASE(the_trainer_and_the_check_agree) {
    const Architecture a = tiny(2);
    const auto refused = [&](auto change) {
        TrainingOptions o = few_steps();
        change(o);
        const auto wrong = out_of_range(o);
        BOOST_TEST_REQUIRE(wrong.has_value());
        return test::message_of<ValueError>([&] { const Trainer<Cpu> trainer(a, o, boxes(a), Cpu{.threads = 1}); }) ==
               text("training: ", wrong->name, " is ", wrong->found, ", expected ", wrong->expected);
    };
    constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
    BOOST_TEST(!out_of_range(TrainingOptions{}).has_value());
    BOOST_TEST(!out_of_range(TrainingProgress{}).has_value());
    BOOST_TEST(refused([&](TrainingOptions& o) { o.schedule.lr = nan; }));
    BOOST_TEST(refused([&](TrainingOptions& o) { o.schedule.lr = infinity; }));
    BOOST_TEST(refused([&](TrainingOptions& o) { o.schedule.lr_at[8] = 0; }));
    BOOST_TEST(refused([&](TrainingOptions& o) { o.schedule.batch = -1; }));
    BOOST_TEST(refused([&](TrainingOptions& o) { o.total_kimg = nan; }));
    BOOST_TEST(refused([&](TrainingOptions& o) { o.adam.beta2 = 1; }));
    BOOST_TEST(refused([&](TrainingOptions& o) { o.repeats = -1; }));
    BOOST_TEST(refused([&](TrainingOptions& o) { o.reg_interval = 0; }));
    BOOST_TEST(refused([&](TrainingOptions& o) { o.augment.p = nan; }));
    BOOST_TEST(refused([&](TrainingOptions& o) { o.augment.control.target = 1.5; }));
    BOOST_TEST(refused([&](TrainingOptions& o) { o.augment.control.kimg = 0; }));
    BOOST_TEST(refused([&](TrainingOptions& o) { o.burn_in.lr = 0; }));
    BOOST_TEST(refused([&](TrainingOptions& o) { o.burn_in.beta2 = 1; }));
    BOOST_TEST(refused([&](TrainingOptions& o) { o.freeze_d = -1; }));
}

BOOST_AUTO_TEST_SUITE_END()
