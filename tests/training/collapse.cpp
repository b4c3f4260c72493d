// SPDX-License-Identifier: Apache-2.0
#include "training_case.hpp"

#include <stylegan/training/collapse.hpp>

BOOST_AUTO_TEST_SUITE(collapse)

using namespace training_test;

namespace {

std::map<std::string, RunningStatistics> statistics(double real_sign, double fake_sign, double real_variation,
                                                    double fake_variation, std::uint64_t count = 1000) {
    return {{"Loss/signs/real", {count, real_sign, 0}},
            {"Loss/signs/fake", {count, fake_sign, 0}},
            {"Loss/variation/real", {count, real_variation, 0}},
            {"Loss/variation/fake", {count, fake_variation, 0}}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(it_is_told_from_health) {
    BOOST_TEST((collapse_of(statistics(0.6, -0.6, 0.5, 0.4)) == Collapse::none));
    BOOST_TEST((collapse_of(statistics(1, -0.9, 0.5, 0.4)) == Collapse::none));
    BOOST_TEST((collapse_of(statistics(1, -1, 0.5, 0.4)) == Collapse::scores_separate));
    BOOST_TEST((collapse_of(statistics(0.6, -0.6, 0.5, 0.05)) == Collapse::fakes_alike));
    BOOST_TEST((collapse_of(statistics(1, -1, 0.5, 0.05, 400)) == Collapse::none));  // too few pictures
    BOOST_TEST((collapse_of({}) == Collapse::none));
}

// A generator that ignores its latents, and has no noise, gives a minibatch of one picture.
BOOST_AUTO_TEST_CASE(a_trainer_measures_it) {
    Architecture a = tiny(2);
    a.use_noise = false;
    AnyGenerator<Cpu> g(a, 1, Cpu{.threads = 1});
    for_each_parameter(g, [](const std::string& name, Parameter<Cpu>& p) {
        if (name.find("StyleMod/weight") != std::string::npos) std::fill(p.value().begin(), p.value().end(), 0.0f);
    });
    TrainingOptions o = few_steps();
    o.schedule.lr = 1e-6;
    Trainer trainer(std::move(g), AnyDiscriminator<>(a, 1), o, boxes(a));
    while (trainer.progress().pictures < 504) trainer.step();
    const auto& s = trainer.statistics();
    BOOST_TEST(s.at("Loss/variation/real").mean() > 0.1);
    BOOST_TEST(s.at("Loss/variation/fake").mean() < 0.01);
    BOOST_TEST((collapse_of(s) == Collapse::fakes_alike));
}

BOOST_AUTO_TEST_SUITE_END()
