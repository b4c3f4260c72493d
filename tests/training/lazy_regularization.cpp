// SPDX-License-Identifier: Apache-2.0
#include "training_case.hpp"

#include "io/temporary_folder.hpp"

#include <stylegan/training/updates.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

// The golden file lazy_regularization has the numbers; here is what it does not tell apart.
BOOST_AUTO_TEST_SUITE(lazy_regularization)

using namespace training_test;

namespace {

TrainingOptions lazy(int interval) {
    TrainingOptions o = few_steps();
    o.reg_interval = interval;
    return o;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_kth_step_makes_a_second_update) {
    const Architecture a = tiny(2);
    for (const auto& [interval, updates_of_ten] : {std::pair{1, 10u}, std::pair{4, 13u}, std::pair{16, 11u}}) {
        Trainer<Cpu> trainer(a, lazy(interval), boxes(a), Cpu{.threads = 1});
        steps(trainer, 10);
        BOOST_TEST(trainer.progress().discriminator_steps == updates_of_ten);
        BOOST_TEST(trainer.progress().generator_steps == 10u);
        BOOST_TEST(trainer.statistics().at("Loss/r1_penalty").count() ==
                   8u * (interval == 1 ? 10 : updates_of_ten - 10));
        BOOST_TEST(all_finite(everything(trainer)));
    }
}

BOOST_AUTO_TEST_CASE(without_penalties_there_is_no_second_update) {
    const Architecture a = tiny(2);
    TrainingOptions o = lazy(2);
    o.loss = losses::logistic.with_r1(0);
    Trainer<Cpu> trainer(a, o, boxes(a), Cpu{.threads = 1});
    steps(trainer, 4);
    BOOST_TEST(trainer.progress().discriminator_steps == 4u);
}

BOOST_AUTO_TEST_CASE(the_average_w_moves_with_the_loss_alone) {
    const Architecture a = tiny(2);
    AnyGenerator<Cpu> g(a, 1, Cpu{.threads = 1});
    AnyDiscriminator<Cpu> d(a, 2, Cpu{.threads = 1});
    Updates updates(g, d, {}, 4);
    updates.loss.r2_gamma = 1;  // needs generated pictures
    const auto fill = [](std::span<const Index>, Maps<float> x, Rows<float>) {
        for (Index i = 0; i < x.size(); ++i) x.data[i] = static_cast<float>(std::sin(static_cast<double>(i)));
    };
    const auto before = g.w_average();
    updates.regularization_step(Draws<Cpu>(1, 1), Level::of(a, 0), 8, 0.001, fill);
    BOOST_TEST((g.w_average() == before));
    updates.discriminator_step(Draws<Cpu>(1, 1), Level::of(a, 0), 8, 0.001, fill);
    BOOST_TEST((g.w_average() != before));
}

BOOST_AUTO_TEST_CASE(penalties_count_k_times_and_steps_are_smaller) {
    const Architecture a = tiny(2);
    const auto fill = [](std::span<const Index>, Maps<float> x, Rows<float>) {
        for (Index i = 0; i < x.size(); ++i) x.data[i] = static_cast<float>(std::sin(static_cast<double>(i)));
    };
    const auto after = [&](int interval, bool regularization) {  // gradients, and the move of the first update
        AnyGenerator<Cpu> g(a, 1, Cpu{.threads = 1});
        AnyDiscriminator<Cpu> d(a, 2, Cpu{.threads = 1});
        const AnyDiscriminator<Cpu> start = d;
        Updates updates(g, d, {}, interval);
        const Draws<Cpu> draws(1, 1);
        regularization ? updates.regularization_step(draws, Level::of(a, 0), 8, 0.001, fill)
                       : updates.discriminator_step(draws, Level::of(a, 0), 8, 0.001, fill);
        std::vector<float> gradients, before, now;
        for_each_parameter(start, [&](const std::string&, const Parameter<Cpu>& p) {
            before.insert(before.end(), p.value().begin(), p.value().end());
        });
        for_each_parameter(d, [&](const std::string&, const Parameter<Cpu>& p) {
            gradients.insert(gradients.end(), p.gradient().begin(), p.gradient().end());
            now.insert(now.end(), p.value().begin(), p.value().end());
        });
        float move = 0;
        for (std::size_t i = 0; i < now.size(); ++i) move = std::max(move, std::abs(now[i] - before[i]));
        return std::pair(gradients, move);
    };
    const auto [twice, move_of_two] = after(2, true);
    const auto [eight, move_of_eight] = after(8, true);
    BOOST_TEST_REQUIRE(twice.size() == eight.size());
    float largest = 0;
    for (std::size_t i = 0; i < twice.size(); ++i) {
        BOOST_TEST(std::abs(4 * twice[i] - eight[i]) <= 1e-6f + 1e-4f * std::abs(eight[i]));
        largest = std::max(largest, std::abs(twice[i]));
    }
    BOOST_TEST(largest > 1e-3f);
    // Adam's first step is the learning rate
    BOOST_TEST(move_of_two == 0.001f * 2 / 3, boost::test_tools::tolerance(1e-3f));
    BOOST_TEST(move_of_eight == 0.001f * 8 / 9, boost::test_tools::tolerance(1e-3f));
    BOOST_TEST(after(8, false).second == 0.001f * 8 / 9, boost::test_tools::tolerance(1e-3f));
    BOOST_TEST(after(1, false).second == 0.001f, boost::test_tools::tolerance(1e-3f));
}

BOOST_AUTO_TEST_CASE(an_interval_of_0_is_refused) {
    const Architecture a = tiny(2);
    AnyGenerator<Cpu> g(a, 1);
    AnyDiscriminator<Cpu> d(a, 2);
    BOOST_TEST(test::message_of<ValueError>([&] { Updates(g, d, {}, 0); }) ==
               "training: reg_interval is 0, expected more than 0");
}

BOOST_AUTO_TEST_SUITE_END()
