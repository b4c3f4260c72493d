// SPDX-License-Identifier: Apache-2.0
#include "training_case.hpp"

#include <stylegan/training/check_loss.hpp>
#include <stylegan/training/losses.hpp>

#include <numeric>

BOOST_AUTO_TEST_SUITE(loss)

using namespace training_test;
using Exact = BasicCpu<double>;

namespace {

/// With drift, so that a test covers it too.
Loss relativistic() {
    Loss loss = losses::relativistic;
    loss.r1_gamma = loss.r2_gamma = 0.5;
    loss.drift = 0.01;
    return loss;
}

std::string message_of_check(const Loss& loss) {
    try {
        check_loss(loss);
    } catch (const ValueError& error) {
        return error.what();
    }
    return "";
}

template <class Network>
void clear_gradients(Network& network) {
    for_each_parameter(network, [](const std::string&, Parameter<Exact>& p) { p.clear_gradient(); });
}

/// A minibatch, and networks with their loss and gradients for it.
struct Case {
    static constexpr Index batch = 4;
    Architecture a = tiny(2);
    AnyGenerator<Exact> g{a, 1};
    AnyDiscriminator<Exact> d{a, 2};
    std::vector<Index> samples = std::vector<Index>(batch);
    std::vector<double> reals = std::vector<double>(static_cast<std::size_t>(batch * 3 * 8 * 8));

    Case() {
        std::iota(samples.begin(), samples.end(), 0);
        RandomStream(3, 0, Purpose::test).fill_normal(reals.data(), reals.size());
        move(g, 0.3);  // a new generator's feature maps are constant, and instance normalization is steep there
    }

    /// The mean loss with penalties. Adds to the gradients.
    double operator()(const Loss& loss, bool of_generator) {
        const Workspace::Frame frame(g.context().workspace());
        const Maps<double> x = g.context().take(batch, 3, 8, 8);
        std::copy(reals.begin(), reals.end(), x.data);
        std::vector<double> w_sum(static_cast<std::size_t>(a.w_size()));
        Losses losses(g, d, loss, Level::of(a, 0), batch);
        const Draws<Exact> draws(5, 7);
        const LossValues v = of_generator ? losses.generator_loss(draws, samples, x, {}, std::span(w_sum))
                                          : losses.discriminator_loss(draws, samples, x, {}, std::span(w_sum));
        return (std::accumulate(v.loss.begin(), v.loss.end(), 0.0) +
                std::accumulate(v.penalty.begin(), v.penalty.end(), 0.0)) /
               static_cast<double>(batch);
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(slopes_are_those_of_the_values) {
    for (const Loss* known : losses::all()) BOOST_TEST(message_of_check(*known) == "");
}

BOOST_AUTO_TEST_CASE(a_wrong_slope_is_named) {
    Loss wrong = losses::logistic;
    wrong.fake = [](double s) -> ValueAndSlope { return {s * s, s}; };
    BOOST_TEST(message_of_check(wrong).starts_with(
        "loss \"logistic\": slope of .fake at score -7.95 and other score -3.2 is -7.95, expected -15.9"));
    wrong = relativistic();
    wrong.generator = [](double f, double r) -> ValueAndSlope { return {2 * (r - f), 1}; };
    BOOST_TEST(message_of_check(wrong).starts_with(
        "loss \"relativistic\": slope of .generator at score -7.95 and other score"));
}

BOOST_AUTO_TEST_CASE(known_losses_are_found_by_name) {
    for (const char* name :
         {"logistic", "logistic-saturating", "wgan", "wgan-gp", "hinge", "hinge-gp", "relativistic"}) {
        BOOST_REQUIRE(losses::find(name).has_value());
        BOOST_TEST(losses::find(name)->name == name);
        losses::find(name)->check();
    }
    BOOST_TEST(!losses::find("best").has_value());
    BOOST_TEST(!losses::logistic.discriminator_is_paired());
    BOOST_TEST(relativistic().discriminator_is_paired());
}

BOOST_AUTO_TEST_CASE(weights_are_checked) {
    Loss bad = losses::logistic;
    bad.r1_gamma = -1;
    BOOST_CHECK_THROW(bad.check(), ValueError);
    bad = losses::logistic;
    bad.name = "";
    BOOST_CHECK_THROW(bad.check(), ValueError);
}

BOOST_AUTO_TEST_CASE(a_loss_of_pairs_that_ignores_the_other_score_is_the_loss_of_single_scores) {
    Loss paired = losses::wgan;
    paired.real = [](double s, double) -> ValueAndSlope { return {-s, -1}; };
    paired.fake = [](double s, double) -> ValueAndSlope { return {s, 1}; };
    paired.generator = [](double s, double) -> ValueAndSlope { return {-s, -1}; };
    Case c;
    for (const bool of_generator : {false, true}) {
        clear_gradients(c.d);
        clear_gradients(c.g);
        BOOST_TEST(c(paired, of_generator) == c(losses::wgan, of_generator));
    }
}

BOOST_AUTO_TEST_CASE(gradients_of_a_loss_of_pairs_are_its_differences) {
    Case c;
    const Loss loss = relativistic();
    constexpr double e = 1e-6;
    const auto check = [&](auto& network, bool of_generator) {
        clear_gradients(c.d);
        clear_gradients(c.g);
        (void)c(loss, of_generator);
        const double slope = move(network, e);
        const double up = c(loss, of_generator);
        move(network, -2 * e);
        const double down = c(loss, of_generator);
        move(network, e);
        BOOST_TEST(std::abs(slope) > 1e-3);
        BOOST_TEST(slope == (up - down) / (2 * e), boost::test_tools::tolerance(1e-5));
    };
    check(c.d, false);
    check(c.g, true);
}

BOOST_AUTO_TEST_CASE(a_loss_of_pairs_trains_and_is_the_same_however_the_minibatch_is_split) {
    TrainingOptions o = few_steps(16);
    o.loss = relativistic();
    const auto trained = [&](int microbatch) {
        o.microbatch = microbatch;
        Trainer<Exact> trainer(tiny(2), o, boxes(tiny(2)), Exact{.threads = 1});
        steps(trainer, 2);
        std::vector<double> all;
        for_each_parameter(trainer.generator(), [&](const std::string&, const Parameter<Exact>& p) {
            all.insert(all.end(), p.value().begin(), p.value().end());
        });
        return all;
    };
    const auto whole = trained(0), parts = trained(4);
    double largest = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) largest = std::max(largest, std::abs(whole[i] - parts[i]));
    BOOST_TEST(std::isfinite(largest));
    BOOST_TEST(largest < 1e-5);
}

BOOST_AUTO_TEST_SUITE_END()
