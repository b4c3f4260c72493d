// SPDX-License-Identifier: Apache-2.0
#include "training/training_case.hpp"

#include "io/temporary_folder.hpp"

#include <stylegan/training/losses.hpp>
#include <stylegan/training/snapshot.hpp>

#include <map>
#include <numeric>
#include <set>

// Augmentation between the networks: losses, penalties and gradients through it, and its probability in a run.
BOOST_AUTO_TEST_SUITE(augmented_training)

using namespace training_test;

namespace {

using Exact = BasicCpu<double>;

constexpr Index batch = 8;
const AugmentNow strong{find_augment_pipe("bgcfnc").value(), 0.7};

struct Case {
    Architecture a = tiny(3);
    AnyGenerator<Exact> g{a, 1, Exact{.threads = 2}};
    AnyDiscriminator<Exact> d{a, 2, Exact{.threads = 2}};
    std::vector<double> reals;

    Case() : reals(static_cast<std::size_t>(batch * 3 * 16 * 16)) {
        RandomStream(3, 0, Purpose::test).fill_normal(reals.data(), reals.size());
        move(g, 0.3, "G_synthesis");  // new feature maps are constant, and instance normalization is steep there
        move(d, 0.3);                 // cutout's pixels are 0, where without biases leaky ReLU has its kink
        clear();
    }
    void clear() {
        const auto f = [](const std::string&, Parameter<Exact>& p) { p.clear_gradient(); };
        for_each_parameter(g, f);
        for_each_parameter(d, f);
    }
    LossValues evaluate(const Loss& loss, bool of_discriminator, const LossSettings& settings,
                        std::vector<Index> samples = {}) {
        if (samples.empty()) {
            samples.resize(batch);
            std::iota(samples.begin(), samples.end(), 0);
        }
        std::vector<double> some;
        for (const Index n : samples) some.insert(some.end(), reals.begin() + n * 768, reals.begin() + (n + 1) * 768);
        const Workspace::Frame frame(g.context().workspace());
        std::vector<double> w_sum(static_cast<std::size_t>(a.w_size()));
        Losses losses(g, d, loss, Level::of(a, 0), batch, settings);
        const Maps<const double> x{some.data(), {static_cast<Index>(samples.size()), 3, 16, 16}};
        return of_discriminator ? losses.discriminator_loss(Draws<Exact>(5, 7), samples, x, {}, std::span(w_sum))
                                : losses.generator_loss(Draws<Exact>(5, 7), samples, x, {}, std::span(w_sum));
    }
};

double mean_of(const LossValues& v, double penalty_weight) {
    double sum = std::accumulate(v.loss.begin(), v.loss.end(), 0.0);
    for (const double p : v.penalty) sum += penalty_weight * p;
    return sum / static_cast<double>(batch);
}

TrainingOptions adaptive() {
    TrainingOptions o = few_steps();
    o.augment.mode = AugmentMode::adaptive;
    o.augment.control = {.target = -1, .interval = 3, .kimg = 0.1};  // a low target: p rises
    return o;
}

}  // namespace

// Loss and penalties of all kinds against differences, in the discriminator's and the generator's parameters.
BOOST_AUTO_TEST_CASE(gradients_are_differences) {
    Case c;
    Loss all = losses::logistic.with_r1(2);
    all.r2_gamma = 3;
    all.gp_lambda = 1;
    for (const Loss& loss : {all, losses::relativistic})
        for (const LossTerms terms : {LossTerms::all, LossTerms::scores, LossTerms::penalties}) {
            const LossSettings settings{terms, 4, strong};
            const auto value = [&] {
                return mean_of(c.evaluate(loss, true, settings), terms == LossTerms::scores ? 0 : 4);
            };
            c.clear();
            (void)value();
            constexpr double e = 1e-7;
            const double slope = move(c.d, e);
            const double up = value();
            move(c.d, -2 * e);
            const double down = value();
            move(c.d, e);
            BOOST_TEST(std::abs(slope) > 1e-4);
            BOOST_TEST(slope == (up - down) / (2 * e), boost::test_tools::tolerance(1e-5));
        }
    for (const Loss& loss : {losses::logistic, losses::relativistic}) {
        const LossSettings settings{LossTerms::all, 1, strong};
        const auto value = [&] { return mean_of(c.evaluate(loss, false, settings), 0); };
        c.clear();
        (void)value();
        constexpr double e = 1e-7;
        const double slope = move(c.g, e, "G_synthesis");
        const double up = value();
        move(c.g, -2 * e, "G_synthesis");
        const double down = value();
        move(c.g, e, "G_synthesis");
        BOOST_TEST(std::abs(slope) > 1e-7);
        BOOST_TEST(slope == (up - down) / (2 * e), boost::test_tools::tolerance(1e-4));
    }
}

// The penalty is that of the picture before augmentation: |A' grad|, not |grad|.
BOOST_AUTO_TEST_CASE(the_penalty_is_on_the_picture_before_augmentation) {
    Case c;
    const AugmentNow now{find_augment_pipe("cutout").value(), 1};  // removes part of every gradient
    const LossValues plain = c.evaluate(losses::logistic, true, {}),
                     cut = c.evaluate(losses::logistic, true, {LossTerms::all, 1, now});
    double before = 0, after = 0;
    for (std::size_t n = 0; n < plain.r1.size(); ++n) {
        before += plain.r1[n];
        after += cut.r1[n];
    }
    BOOST_TEST(after < 0.95 * before);
    BOOST_TEST(after > 0.2 * before);
}

BOOST_AUTO_TEST_CASE(a_picture_does_not_depend_on_those_evaluated_with_it) {
    Case c;
    Loss loss = losses::logistic;
    loss.r2_gamma = 1;
    const LossSettings settings{LossTerms::all, 1, strong};
    for (const bool of_discriminator : {true, false}) {
        const LossValues whole = c.evaluate(loss, of_discriminator, settings);
        const std::vector<Index> some{1, 3, 5, 7};  // a stddev group
        const LossValues part = c.evaluate(loss, of_discriminator, settings, some);
        for (std::size_t i = 0; i < some.size(); ++i) {
            const auto n = static_cast<std::size_t>(some[i]);
            BOOST_TEST(part.loss[i] == whole.loss[n], boost::test_tools::tolerance(1e-12));
            BOOST_TEST(part.penalty[i] == whole.penalty[n], boost::test_tools::tolerance(1e-12));
        }
    }
}

BOOST_AUTO_TEST_CASE(draws_are_those_of_one_set_of_one_step) {
    std::set<double> gates;
    for (const std::uint64_t step : {4u, 5u})
        for (const AugmentedSet set :
             {AugmentedSet::fakes, AugmentedSet::reals, AugmentedSet::penalized_reals, AugmentedSet::penalized_fakes})
            for (const AugmentDraws& d : Draws<Cpu>(9, step).augmentation(set, 3)) gates.insert(d.xflip.gate);
    BOOST_TEST(gates.size() == 2u * 4 * 3);
    BOOST_TEST((Draws<Cpu>(9, 4).augmentation_noise(AugmentedSet::fakes).bits(5) !=
                Draws<Cpu>(9, 4).augmentation_noise(AugmentedSet::reals).bits(5)));
}

BOOST_AUTO_TEST_CASE(at_probability_0_no_bit_changes) {
    const Architecture a = tiny(3);
    const auto trained = [&](const TrainingOptions& o) {
        Trainer<Cpu> trainer(a, o, boxes(a), Cpu{.threads = 1});
        steps(trainer, 3);
        return everything(trainer);
    };
    TrainingOptions o = few_steps();
    const auto plain = trained(o);
    o.augment.mode = AugmentMode::fixed;
    BOOST_TEST((trained(o) == plain));
    o.augment.p = 0.5;
    BOOST_TEST((trained(o) != plain));
}

BOOST_AUTO_TEST_CASE(the_probability_follows_the_scores) {
    const Architecture a = tiny(2);
    Trainer<Cpu> trainer(a, adaptive(), boxes(a), Cpu{.threads = 1});
    steps(trainer, 2);
    BOOST_TEST(trainer.augment_p() == 0);
    steps(trainer, 1);
    BOOST_TEST(trainer.augment_p() == 3 * 8 / 100.0);
    TrainingOptions o = adaptive();
    o.augment.control.target = 1;  // p falls, but not below 0
    o.augment.p = 0.3;
    Trainer<Cpu> falling(a, o, boxes(a), Cpu{.threads = 1});
    steps(falling, 3);
    BOOST_TEST(falling.augment_p() == 0.3 - 0.24, boost::test_tools::tolerance(1e-12));
    steps(falling, 3);
    BOOST_TEST(falling.augment_p() == 0);
}

BOOST_AUTO_TEST_CASE(scores_of_penalties_count_too) {
    const Architecture a = tiny(2);
    TrainingOptions o = adaptive();
    o.augment.control.interval = 100;
    for (const auto& [interval, scores] : {std::pair{1, 24}, std::pair{2, 40}, std::pair{3, 32}}) {
        o.reg_interval = interval;
        Trainer<Cpu> trainer(a, o, boxes(a), Cpu{.threads = 1});
        steps(trainer, 3);
        BOOST_TEST(trainer.progress().augment.scores == scores);
        BOOST_TEST(trainer.progress().augment.pictures == 24);
    }
}

BOOST_AUTO_TEST_CASE(a_stopped_run_resumes_bit_for_bit) {
    const test::TemporaryFolder folder;
    const Architecture a = tiny(3);
    TrainingOptions o = adaptive();
    o.reg_interval = 3;
    o.augment.pipe = find_augment_pipe("bgcfnc").value();
    o.schedule.growing = true;
    o.schedule.first_height = 4;
    o.schedule.lod_kimg = o.schedule.fade_kimg = 0.03;
    for (const int stop : {2, 7, 12}) {
        Trainer<Cpu> straight(a, o, boxes(a), Cpu{.threads = 1}), second(a, o, boxes(a), Cpu{.threads = 2});
        steps(straight, stop);
        save_snapshot(folder / "snapshot.safetensors", straight);
        steps(straight, 20 - stop);
        load_snapshot(Checkpoint(folder / "snapshot.safetensors"), second);
        steps(second, 20 - stop);
        BOOST_TEST((everything(second) == everything(straight)));
        BOOST_TEST((second.progress().augment == straight.progress().augment));
        BOOST_TEST(straight.augment_p() > 1);
        BOOST_TEST(all_finite(everything(straight)));
    }
}

BOOST_AUTO_TEST_SUITE_END()
