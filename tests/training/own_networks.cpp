// SPDX-License-Identifier: Apache-2.0
#include "training_case.hpp"

#include "io/temporary_folder.hpp"
#include "models/own_blocks.hpp"

#include <stylegan/metrics/path_generator.hpp>
#include <stylegan/training/projection.hpp>
#include <stylegan/training/snapshot.hpp>

BOOST_AUTO_TEST_SUITE(own_networks)

using namespace training_test;
using model_test::GainBlock;

namespace {

using Own = AnyGenerator<Cpu, SynthesisNetwork<Cpu, GainBlock<Cpu>>>;

std::vector<float> values_of(auto& network) {
    std::vector<float> all;
    for_each_parameter(network, [&](const std::string&, const Parameter<Cpu>& p) {
        all.insert(all.end(), p.value().begin(), p.value().end());
    });
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(networks_of_the_caller_train_as_those_that_the_trainer_builds) {
    const Architecture a = tiny(2);
    const TrainingOptions o = few_steps();
    Trainer<Cpu> built(a, o, boxes(a), Cpu{.threads = 1});
    Trainer given(AnyGenerator<>(a, o.seed, Cpu{.threads = 1}), AnyDiscriminator<>(a, o.seed + 1, Cpu{.threads = 1}), o,
                  boxes(a));
    static_assert(std::is_same_v<decltype(given), Trainer<Cpu>>);
    steps(built, 3);
    steps(given, 3);
    BOOST_TEST((everything(given) == everything(built)));
}

BOOST_AUTO_TEST_CASE(a_generator_of_own_blocks_trains_resumes_projects_and_is_measured) {
    const Architecture a = tiny(2);
    const auto trainer = [&] {
        return Trainer(Own(a, 1, Cpu{.threads = 1}), AnyDiscriminator<>(a, 2, Cpu{.threads = 1}), few_steps(),
                       boxes(a));
    };
    auto straight = trainer();
    const std::vector<float> before = values_of(straight.generator());
    for (int i = 0; i < 2; ++i) straight.step();
    const test::TemporaryFolder folder;
    save_snapshot(folder / "s.safetensors", straight);
    for (int i = 0; i < 2; ++i) straight.step();
    BOOST_TEST((values_of(straight.generator()) != before));
    double moved = 0;
    for_each_parameter(straight.generator(), [&](const std::string& name, const Parameter<Cpu>& p) {
        if (name.ends_with("/gain"))
            for (const float v : p.value()) moved = std::max(moved, std::abs(static_cast<double>(v) - 1));
    });
    BOOST_TEST(moved > 0);

    auto resumed = trainer();
    load_snapshot(Checkpoint(folder / "s.safetensors"), resumed);
    for (int i = 0; i < 2; ++i) resumed.step();
    BOOST_TEST((values_of(resumed) == values_of(straight)));

    Own& g = straight.averaged();
    g.set_lod(0);
    const auto target = g(g.latents({1}));
    Projection search(
        g,
        [&](const Own::Pictures& picture, Own::Pictures& gradient) {
            double sum = 0;
            for (std::size_t i = 0; i < picture.size(); ++i) {
                const double difference = static_cast<double>(picture.data()[i] - target.data()[i]);
                sum += difference * difference;
                gradient.data()[i] = static_cast<float>(2 * difference);
            }
            return sum;
        },
        ProjectionOptions{.steps = 3, .w_samples = 100});
    const double first = search.step().distance;
    while (!search.finished()) search.step();
    BOOST_TEST(std::isfinite(first));
    const auto path = path_generator(g);
    BOOST_TEST(path.latent_size == a.latent_size);
}

BOOST_AUTO_TEST_CASE(networks_that_do_not_fit_each_other_are_refused) {
    BOOST_CHECK_THROW(Trainer(AnyGenerator<>(tiny(2)), AnyDiscriminator<>(tiny(3)), few_steps(), boxes(tiny(2))),
                      ShapeError);
    Architecture grey = tiny(2);
    grey.num_channels = 1;
    BOOST_CHECK_THROW(Trainer(AnyGenerator<>(tiny(2)), AnyDiscriminator<>(grey), few_steps(), boxes(tiny(2))),
                      ShapeError);
}

BOOST_AUTO_TEST_CASE(a_run_is_resumed_with_its_own_loss_only) {
    const Architecture a = tiny(2);
    const test::TemporaryFolder folder;
    TrainingOptions o = few_steps();
    o.loss.name = "mine";
    Trainer<Cpu> first(a, o, boxes(a), Cpu{.threads = 1});
    first.step();
    save_snapshot(folder / "s.safetensors", first);
    Trainer<Cpu> same(a, o, boxes(a), Cpu{.threads = 1});
    load_snapshot(Checkpoint(folder / "s.safetensors"), same);
    BOOST_TEST((everything(same) == everything(first)));
    o.loss = losses::hinge;
    Trainer<Cpu> other(a, o, boxes(a), Cpu{.threads = 1});
    const auto before = everything(other);
    BOOST_CHECK_EXCEPTION(
        load_snapshot(Checkpoint(folder / "s.safetensors"), other), ValueError, [](const ValueError& e) {
            return std::string(e.what()).find("loss of the run is \"mine\", expected \"hinge\"") != std::string::npos;
        });
    BOOST_TEST((everything(other) == before));
}

BOOST_AUTO_TEST_SUITE_END()
