// SPDX-License-Identifier: Apache-2.0
#include "training_case.hpp"

#include <map>

// A growing run against the official training loop, written out here with its own counters: level of detail, minibatch,
// learning rate, resets of the optimizers, the averaged generator.
BOOST_AUTO_TEST_SUITE(official_schedule)

using namespace training_test;

namespace {

using Exact = BasicCpu<double>;
using Values = std::map<std::string, std::vector<double>>;

template <class Network>
Values trained_values(const Network& network) {
    Values all;
    for_each_parameter(network, [&](const std::string& name, const Parameter<Exact>& p) {
        if (p.trainable()) all[name].assign(p.value().begin(), p.value().end());
    });
    return all;
}

/// The largest movement of a parameter.
double largest_step(const Values& before, const Values& after) {
    double most = 0;
    for (const auto& [name, values] : before)
        for (std::size_t i = 0; i < values.size(); ++i) most = std::max(most, std::abs(after.at(name)[i] - values[i]));
    return most;
}

Values averaged(const Values& average, const Values& network, double beta) {
    Values all = average;
    for (auto& [name, values] : all)
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = beta * values[i] + (1 - beta) * network.at(name)[i];
    return all;
}

/// 4x4, 8x8, 16x16: other minibatches and learning rates at each.
TrainingOptions growing() {
    TrainingOptions o = few_steps(4);
    o.schedule.growing = true;
    o.schedule.first_height = 4;
    o.schedule.lod_kimg = 0.064;
    o.schedule.fade_kimg = 0.096;
    o.schedule.batch_at = {{4, 16}, {8, 8}};
    o.schedule.lr = 0.001;
    o.schedule.lr_at = {{8, 0.0015}, {16, 0.002}};
    o.ema_kimg = 0.03;
    o.repeats = 4;
    return o;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_growing_run_follows_the_official_loop) {
    const Architecture a = tiny(3);
    const TrainingOptions o = growing();
    PictureSource source = boxes(a);
    std::map<int, std::size_t> shown;  // pictures by the halvings that were asked for
    source.picture = [&, inner = source.picture](Index i, int halvings, std::span<std::uint8_t> pixels) {
        ++shown[halvings];
        inner(i, halvings, pixels);
    };
    Trainer<Exact> trainer(a, o, source, Exact{.threads = 1});

    double images = 0, lod_before = -1;
    std::size_t resets = 0;
    std::vector<double> lods;
    while (images < 600) {
        // TrainingSchedule: train at a level, then fade the next one in
        const double phase = std::floor(images / 160), within = images - phase * 160;
        const double lod = std::max(0.0, 2 - phase - std::max(0.0, within - 64) / 96);
        const int halvings = static_cast<int>(std::floor(lod)), height = 16 >> halvings;
        const int batch = height == 4 ? 16 : height == 8 ? 8 : 4;
        const double lr = height == 4 ? 0.001 : height == 8 ? 0.0015 : 0.002;
        bool reset =
            lod_before < 0 || std::floor(lod) != std::floor(lod_before) || std::ceil(lod) != std::ceil(lod_before);
        resets += reset && lod_before >= 0 ? 1 : 0;
        lod_before = lod;
        lods.push_back(lod);
        for (int repeat = 0; repeat < 4; ++repeat) {
            const Values g = trained_values(trainer.generator()), average = trained_values(trainer.averaged()),
                         d = trained_values(trainer.discriminator());
            shown.clear();
            trainer.step();
            images += batch;
            BOOST_TEST_REQUIRE(trainer.progress().pictures == static_cast<std::uint64_t>(images));
            BOOST_TEST(shown == (std::map<int, std::size_t>{{halvings, static_cast<std::size_t>(batch)}}));
            BOOST_TEST(trainer.scheduled_now().lod == lod, boost::test_tools::tolerance(1e-12));
            // 1e-6: lod is stored as one number of the device
            BOOST_TEST(std::abs(trainer.generator().lod() - lod) < 1e-6);
            BOOST_TEST(std::abs(trainer.discriminator().lod() - lod) < 1e-6);
            BOOST_TEST(trainer.averaged().lod() == trainer.generator().lod());

            // The first step of Adam moves a parameter by the learning rate, but for epsilon.
            const double d_step = largest_step(d, trained_values(trainer.discriminator())),
                         g_step = largest_step(g, trained_values(trainer.generator()));
            if (reset) {
                BOOST_TEST(d_step == lr, boost::test_tools::tolerance(1e-3));
                BOOST_TEST(g_step == lr, boost::test_tools::tolerance(1e-3));
            }
            reset = false;

            // After the discriminator's step and before the generator's. The half-life counts pictures.
            const Values expected = averaged(average, g, std::pow(0.5, batch / 30.0));
            BOOST_TEST(largest_step(expected, trained_values(trainer.averaged())) < 1e-12);
        }
    }
    BOOST_TEST(lods.back() == 0);
    BOOST_TEST(resets == 4u);
    BOOST_TEST(trainer.progress().skipped_generator + trainer.progress().skipped_discriminator == 0u);
}

// The defaults that the paper's appendix C and the official code give.
BOOST_AUTO_TEST_CASE(the_defaults_are_the_official_ones) {
    const TrainingOptions o;
    BOOST_TEST(o.adam.beta1 == 0);
    BOOST_TEST(o.adam.beta2 == 0.99);
    BOOST_TEST(o.adam.epsilon == 1e-8);
    BOOST_TEST(o.loss.name == "logistic");
    BOOST_TEST(o.loss.r1_gamma == 10);
    BOOST_TEST(o.ema_kimg == 10);
    BOOST_TEST(o.w_average_beta == 0.995);
    BOOST_TEST(o.repeats == 4);
    BOOST_TEST(o.reset_optimizer);
    BOOST_TEST(!o.mirror);
    BOOST_TEST(o.total_kimg == 25000);
    BOOST_TEST(o.schedule.growing);
    BOOST_TEST(o.schedule.first_height == 8);
    BOOST_TEST(o.schedule.lod_kimg == 600);
    BOOST_TEST(o.schedule.fade_kimg == 600);
    BOOST_TEST(o.schedule.lr == 0.001);
    BOOST_TEST((o.schedule.lr_at == std::map<int, double>{{128, 0.0015}, {256, 0.002}, {512, 0.003}, {1024, 0.003}}));
    BOOST_TEST(config_f.style_mixing_prob.value() == 0.9);
    BOOST_TEST(config_f.mapping_lrmul.value() == 0.01);
    BOOST_TEST(config_f.mapping_layers == 8);
    for (const Loss* loss : {&losses::wgan_gp, &losses::hinge_gp}) BOOST_TEST(loss->gp_lambda == 10);
    BOOST_TEST(losses::wgan_gp.drift == 0.001);
}

BOOST_AUTO_TEST_SUITE_END()
