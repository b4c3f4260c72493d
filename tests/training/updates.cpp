// SPDX-License-Identifier: Apache-2.0
#include "training_case.hpp"

#include <stylegan/training/losses.hpp>

#include <map>
#include <numeric>
#include <utility>

BOOST_AUTO_TEST_SUITE(updates)

using namespace training_test;

// Replays every update of a training step, written plainly and in double precision, in the order of the lines of
// `Replay::step`. Only the gradients, which the golden losses check, and w come from the library.
namespace {

using Exact = BasicCpu<double>;
using Values = std::map<std::string, std::vector<double>>;

constexpr double beta1 = 0.5, beta2 = 0.99, epsilon = 1e-8, w_beta = 0.9, half_life_kimg = 0.02;

template <class Network>
Values values_of(const Network& network, bool trainable) {
    Values all;
    for_each_parameter(network, [&](const std::string& name, const Parameter<Exact>& p) {
        if (p.trainable() == trainable) all[name].assign(p.value().begin(), p.value().end());
    });
    return all;
}

template <class Network>
void put(const Values& values, Network& network) {
    for_each_parameter(network, [&](const std::string& name, Parameter<Exact>& p) {
        const auto v = values.find(name);
        if (v != values.end()) std::copy(v->second.begin(), v->second.end(), p.value().begin());
    });
}

template <class Network>
void clear_gradients(Network& network) {
    for_each_parameter(network, [](const std::string&, Parameter<Exact>& p) {
        if (p.trainable()) p.clear_gradient();
    });
}

/// A network's parameters and the state of its optimizer.
struct Side {
    Values parameters, m, v;
    int steps = 0;

    template <class Network>
    void move_against_gradients_of(const Network& network, double lr) {
        ++steps;
        const double rate = lr * std::sqrt(1 - std::pow(beta2, steps)) / (1 - std::pow(beta1, steps));
        for_each_parameter(network, [&](const std::string& name, const Parameter<Exact>& p) {
            if (!p.trainable()) return;
            std::vector<double>&x = parameters.at(name), &first = m[name], &second = v[name];
            first.resize(x.size());
            second.resize(x.size());
            for (std::size_t i = 0; i < x.size(); ++i) {
                const double g = p.gradient()[i];
                first[i] = beta1 * first[i] + (1 - beta1) * g;
                second[i] = beta2 * second[i] + (1 - beta2) * g * g;
                x[i] -= rate * first[i] / (std::sqrt(second[i]) + epsilon);
            }
        });
    }
    void forget() {
        m.clear();
        v.clear();
        steps = 0;
    }
};

class Replay {
public:
    Replay(const Architecture& a, TrainingOptions options)
        : options_(std::move(options)), g_(a, options_.seed), d_(a, options_.seed + 1) {
        generator.parameters = average = values_of(g_, true);
        discriminator.parameters = values_of(d_, true);
        w_average.assign(static_cast<std::size_t>(a.w_size()), 0);
        average_w = w_average;
    }

    /// @param reals  (batch, colours, H, W) of the level's stage
    void step(int number, double lod, double lr, const std::vector<double>& reals) {
        const auto batch = static_cast<Index>(options_.schedule.batch);
        const Architecture& a = g_.architecture();
        g_.set_lod(lod);
        d_.set_lod(lod);
        const Level level = Level::of(a, lod);
        std::vector<Index> samples(static_cast<std::size_t>(batch));
        std::iota(samples.begin(), samples.end(), 0);
        const auto seed = options_.seed;
        const auto first = static_cast<std::uint64_t>(2 * number);

        put(discriminator.parameters, d_);
        put(generator.parameters, g_);
        {
            const Draws<Exact> draws(seed, first);
            clear_gradients(d_);
            Context<Exact>& context = g_.context();
            const Workspace::Frame frame(context.workspace());
            const Size size = a.size(level.stage);
            const Maps<double> x = context.take(batch, a.num_channels, size.height, size.width);
            BOOST_REQUIRE(static_cast<std::size_t>(x.size()) == reals.size());
            std::copy(reals.begin(), reals.end(), x.data);
            std::vector<double> unused(w_average.size());
            (void)Losses(g_, d_, options_.loss, level, batch)
                .discriminator_loss(draws, samples, x, {}, std::span(unused));
            discriminator.move_against_gradients_of(d_, lr);
            follow_w(draws, samples);
        }
        const double beta = std::pow(0.5, static_cast<double>(batch) / (half_life_kimg * 1000));
        for (auto& [name, values] : average)
            for (std::size_t i = 0; i < values.size(); ++i)
                values[i] = beta * values[i] + (1 - beta) * generator.parameters.at(name)[i];
        average_w = w_average;

        put(discriminator.parameters, d_);
        {
            const Draws<Exact> draws(seed, first + 1);
            clear_gradients(g_);
            const Workspace::Frame frame(g_.context().workspace());
            std::vector<double> unused(w_average.size());
            (void)Losses(g_, d_, options_.loss, level, batch).generator_loss(draws, samples, {}, {}, std::span(unused));
            generator.move_against_gradients_of(g_, lr);
            follow_w(draws, samples);  // g_ still holds the parameters before the update
        }
    }

    Side generator, discriminator;
    Values average;
    std::vector<double> w_average, average_w;

private:
    /// w_average <- lerp(mean of w, w_average, w_beta), of the first latents alone.
    void follow_w(const Draws<Exact>& draws, std::span<const Index> samples) {
        const Workspace::Frame frame(g_.context().workspace());
        const Rows<const double> z = draws.latents(g_.context(), samples, g_.architecture().latent_size, false);
        auto latents = AnyGenerator<Exact>::Latents::from_shape(
            {samples.size(), static_cast<std::size_t>(g_.architecture().latent_size)});
        std::copy(z.data, z.data + z.size(), latents.data());
        const auto w = g_.map(latents);
        for (std::size_t i = 0; i < w_average.size(); ++i) {
            double mean = 0;
            for (std::size_t n = 0; n < samples.size(); ++n) mean += w(n, i) / static_cast<double>(samples.size());
            w_average[i] = mean + w_beta * (w_average[i] - mean);
        }
    }

    TrainingOptions options_;
    AnyGenerator<Exact> g_;
    AnyDiscriminator<Exact> d_;
};

/// The largest difference between a trainer's values and those expected, relative to the largest value.
double distance(const Values& expected, const Values& found) {
    double difference = 0, size = 0;
    BOOST_REQUIRE(expected.size() == found.size());
    for (const auto& [name, values] : expected) {
        const std::vector<double>& other = found.at(name);
        BOOST_REQUIRE(values.size() == other.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            difference = std::max(difference, std::abs(values[i] - other[i]));
            size = std::max(size, std::abs(values[i]));
        }
    }
    return difference / size;
}

/// Trains some steps and replays them.
/// @param lods  lod of each step; moments are reset where its floor or ceiling changes
void check(const Architecture& a, const TrainingOptions& o, const std::vector<double>& lods) {
    const PictureSource source = boxes(a);
    Trainer<Exact> trainer(a, o, source, Exact{.threads = 1});
    Replay replay(a, o);
    const auto batch = static_cast<std::size_t>(o.schedule.batch);
    std::vector<Index> samples(batch);
    std::iota(samples.begin(), samples.end(), 0);
    for (std::size_t i = 0; i < lods.size(); ++i) {
        if (i > 0 && (std::floor(lods[i]) != std::floor(lods[i - 1]) || std::ceil(lods[i]) != std::ceil(lods[i - 1]))) {
            replay.generator.forget();
            replay.discriminator.forget();
        }
        const Level level = Level::of(a, lods[i]);
        const Size size = a.size(level.stage);
        std::vector<double> reals(batch * static_cast<std::size_t>(a.num_channels * size.height * size.width));
        const auto n = static_cast<Index>(batch);
        trainer.fill_reals(samples, level, Maps<double>{reals.data(), {n, a.num_channels, size.height, size.width}},
                           {});
        trainer.step();
        BOOST_TEST(trainer.scheduled_now().lod == lods[i]);
        replay.step(static_cast<int>(i), lods[i], o.schedule.lr, reals);
        BOOST_TEST_CONTEXT("step " << i) {
            BOOST_TEST(distance(replay.discriminator.parameters, values_of(trainer.discriminator(), true)) < 1e-10);
            BOOST_TEST(distance(replay.generator.parameters, values_of(trainer.generator(), true)) < 1e-10);
            BOOST_TEST(distance(replay.average, values_of(trainer.averaged(), true)) < 1e-10);
            BOOST_TEST(distance({{"w", replay.w_average}}, {{"w", trainer.generator().w_average()}}) < 1e-10);
            BOOST_TEST(distance({{"w", replay.average_w}}, {{"w", trainer.averaged().w_average()}}) < 1e-10);
        }
    }
}

TrainingOptions replayed() {
    TrainingOptions o = few_steps();
    o.adam = {.beta1 = beta1, .beta2 = beta2, .epsilon = epsilon};
    o.w_average_beta = w_beta;
    o.ema_kimg = half_life_kimg;
    o.repeats = 1;
    return o;
}

}  // namespace

BOOST_AUTO_TEST_CASE(steps_are_those_written_out) { check(tiny(2), replayed(), {0, 0, 0}); }

BOOST_AUTO_TEST_CASE(also_while_growing) {
    TrainingOptions o = replayed();
    o.schedule.growing = true;
    o.schedule.first_height = 4;
    o.schedule.lod_kimg = 0.016;   // two steps of eight pictures
    o.schedule.fade_kimg = 0.016;  // two more, the second of them half faded
    check(tiny(2), o, {1, 1, 1, 0.5, 0, 0});
}

BOOST_AUTO_TEST_SUITE_END()
