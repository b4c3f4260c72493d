// SPDX-License-Identifier: Apache-2.0
#include "training_case.hpp"

#include "io/temporary_folder.hpp"

#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/training/snapshot.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(snapshot)

using namespace training_test;

namespace {

/// Grows through a level within its first few hundred pictures, with a minibatch of its own at each.
TrainingOptions growing() {
    TrainingOptions o = few_steps();
    o.schedule.growing = true;
    o.schedule.first_height = 4;
    o.schedule.lod_kimg = 0.05;
    o.schedule.fade_kimg = 0.06;
    o.schedule.batch_at = {{4, 12}, {8, 8}};
    o.schedule.lr_at = {{8, 0.002}};
    return o;
}

void check_resume(Kernels kernels, std::initializer_list<int> stops) {
    const test::TemporaryFolder folder;
    const Architecture a = tiny(2);
    constexpr int all = 20;
    const auto trainer = [&](int threads) {
        return Trainer<Cpu>(a, growing(), boxes(a), Cpu{.threads = threads, .kernels = kernels});
    };
    Trainer<Cpu> straight = trainer(1);
    std::vector<std::vector<float>> expected{everything(straight)};
    std::vector<double> lods;
    for (int i = 0; i < all; ++i) {
        straight.step();
        expected.push_back(everything(straight));
        lods.push_back(straight.scheduled_now().lod);
    }
    BOOST_TEST(lods.front() == 1);
    BOOST_TEST(lods.back() == 0);

    for (const int stop : stops) {
        BOOST_TEST_CONTEXT("stopped after " << stop << " steps") {
            const auto path = folder / "snapshot.safetensors";
            {
                Trainer<Cpu> first = trainer(1);
                steps(first, stop);
                save_snapshot(path, first);
            }
            Trainer<Cpu> second = trainer(2);
            steps(second, 2);  // load_snapshot() overwrites all of this
            load_snapshot(Checkpoint(path), second);
            BOOST_TEST((everything(second) == expected[static_cast<std::size_t>(stop)]));
            BOOST_TEST(second.progress().steps == static_cast<std::uint64_t>(stop));
            steps(second, all - stop);
            BOOST_TEST((everything(second) == expected.back()));
            BOOST_TEST((to_json(second.progress()) == to_json(straight.progress())));
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(stop_and_resume_equals_no_stop_bit_for_bit) {
    check_resume(Kernels::fast,
                 {0, 1, 5, 8, 10, 15, 19});  // most of them in the middle of the four steps of a schedule reading
}

BOOST_AUTO_TEST_CASE(so_it_does_with_the_kernels_of_eigen) { check_resume(Kernels::eigen, {1, 8, 15}); }

BOOST_AUTO_TEST_CASE(a_stop_within_a_tick_keeps_its_statistics) {
    const test::TemporaryFolder folder;
    const Architecture a = tiny(2);
    TrainingOptions o = growing();
    o.total_kimg = 0.2;
    o.kimg_per_tick = 0.05;
    using Lines = std::vector<std::string>;
    const auto run = [&](Trainer<Cpu>& trainer, Lines& lines, int last_step) {
        struct Stop {};
        try {
            trainer.run(
                [&](const Trainer<Cpu>::Tick& tick) {
                    lines.push_back(to_json(tick.progress).dump() + to_json(tick.statistics).dump());
                    return true;
                },
                [&] {
                    if (trainer.progress().steps == static_cast<std::uint64_t>(last_step)) throw Stop();
                    return true;
                });
        } catch (const Stop&) {
            save_snapshot(folder / "s.safetensors", trainer);
        }
    };
    Lines straight, stopped;
    Trainer<Cpu> never(a, o, boxes(a), Cpu{.threads = 1});
    run(never, straight, 0);
    BOOST_TEST_REQUIRE(straight.size() > 3u);
    {
        Trainer<Cpu> first(a, o, boxes(a), Cpu{.threads = 1});
        run(first, stopped, 7);
    }
    Trainer<Cpu> second(a, o, boxes(a), Cpu{.threads = 1});
    load_snapshot(Checkpoint(folder / "s.safetensors"), second);
    BOOST_TEST(!second.statistics().empty());
    run(second, stopped, 0);
    BOOST_TEST(stopped == straight, boost::test_tools::per_element());
    BOOST_TEST((everything(second) == everything(never)));
}

BOOST_AUTO_TEST_CASE(it_is_a_checkpoint_under_the_official_names) {
    const test::TemporaryFolder folder;
    Architecture a = tiny(2);
    a.label_size = 2;
    TrainingOptions o = growing();
    o.loss = losses::wgan_gp;
    Trainer<Cpu> trainer(a, o, boxes(a), Cpu{.threads = 1});
    steps(trainer, 3);
    save_snapshot(folder / "s.safetensors", trainer);
    BOOST_TEST(folder.files() == std::vector<std::string>{"s.safetensors"}, boost::test_tools::per_element());

    const Checkpoint checkpoint(folder / "s.safetensors");
    BOOST_TEST((checkpoint.architecture() == a));
    for (const char* name :
         {"G/G_synthesis/8x8/Conv0_up/weight", "Gs/G_mapping/Dense0/bias", "Gs/dlatent_avg", "D/8x8/Conv1_down/weight",
          "training/G_adam/v/G_synthesis/4x4/Const/const", "training/D_adam/v/4x4/Dense1/weight"})
        BOOST_TEST(checkpoint.file().contains(name), name);
    const auto record = training_record(checkpoint);
    BOOST_REQUIRE(record.has_value());
    BOOST_TEST((to_json(record->options) == to_json(o)));
    BOOST_TEST(record->progress.pictures == 36u);
    const auto json = nlohmann::json::parse(checkpoint.metadata().at("training"));
    BOOST_TEST(json["kimg"].get<double>() == 0.036);
    BOOST_TEST(json["lod"].get<double>() == 1);

    AnyGenerator<Cpu> averaged(a);
    checkpoint.load(averaged);
    std::vector<float> loaded, original;
    for_each_parameter(averaged, [&](const std::string&, const Parameter<Cpu>& p) {
        loaded.insert(loaded.end(), p.value().begin(), p.value().end());
    });
    for_each_parameter(trainer.averaged(), [&](const std::string&, Parameter<Cpu>& p) {
        original.insert(original.end(), p.value().begin(), p.value().end());
    });
    BOOST_TEST((loaded == original));
}

BOOST_AUTO_TEST_CASE(files_that_do_not_fit_are_refused) {
    const test::TemporaryFolder folder;
    const Architecture a = tiny(2);
    Trainer<Cpu> trainer(a, few_steps(), boxes(a), Cpu{.threads = 1});
    save_snapshot(folder / "s.safetensors", trainer);

    Architecture wider = a;
    wider.fmap_max = 16;
    Trainer<Cpu> other(wider, few_steps(), boxes(wider), Cpu{.threads = 1});
    const std::string message =
        test::message_of<FormatError>([&] { load_snapshot(Checkpoint(folder / "s.safetensors"), other); });
    BOOST_TEST(test::contains(message, "s.safetensors"));
    BOOST_TEST(test::contains(message, "fmap_max is 12, expected 16"));

    save(folder / "generator.safetensors", trainer.averaged());
    BOOST_TEST(!training_record(Checkpoint(folder / "generator.safetensors")).has_value());
    BOOST_CHECK_THROW(load_snapshot(Checkpoint(folder / "generator.safetensors"), trainer), FormatError);

    SafetensorsWriter writer;
    writer.metadata("architecture", architecture_to_json(a).dump());
    writer.metadata("training", "{\"options\": 3}");
    add_parameters(writer, "", trainer);
    writer.write(folder / "bad.safetensors");
    BOOST_TEST(test::contains(
        test::message_of<FormatError>([&] { (void)training_record(Checkpoint(folder / "bad.safetensors")); }),
        "bad.safetensors: training"));

    BOOST_CHECK_THROW(save_snapshot(folder / "nowhere/s.safetensors", trainer), FileError);
}

BOOST_AUTO_TEST_SUITE_END()
