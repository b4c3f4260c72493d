// SPDX-License-Identifier: Apache-2.0
// A run that begins with networks without training state says what it takes and what is new, and begins at their level.
#include "cli/training_run.hpp"
#include "cli/write_network.hpp"
#include "io/port_files.hpp"

#include <stylegan/io/networks/checkpoint.hpp>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(train_from_networks)

using namespace test;

struct Start : TrainingFolder {
    Start() {
        write_pictures("large", 12, 32, 32);
        stylegan::Architecture a = small;
        a.resolution_log2 = 5;
        write_network(folder / "grown.safetensors", {.architecture = a});
    }
    [[nodiscard]] Outcome from(const std::string& network, std::vector<std::string> more = {}) const {
        std::vector<std::string> all{"train", "--data",  "large", "--outdir",  "runs", "--kimg",   "0.016", "--tick",
                                     "0.008", "--batch", "8",     "--threads", "2",    "--resume", network};
        all.insert(all.end(), more.begin(), more.end());
        return run_program(folder, all);
    }
};

BOOST_FIXTURE_TEST_CASE(a_generator_alone, Start) {
    const Outcome o = from("grown.safetensors");
    check_success(o);
    BOOST_TEST(contains(o.out,
                        "grown.safetensors holds networks without training state. Taken from it: the generator Gs, as "
                        "G too. New: the discriminator, with random weights; the moments of both optimizers, the "
                        "counters, the order of the pictures. The network's level of detail is 0; training begins at "
                        "0, with pictures of 32x32"),
               o.out);
    BOOST_TEST(contains(o.out, "lod 0.00"), o.out);
    std::string log;
    for (const std::string& name : folder.files())
        if (name.ends_with("log.txt")) log = content(name);
    BOOST_TEST(contains(log, "holds networks without training state"), log);
}

BOOST_FIXTURE_TEST_CASE(begins_at_the_level_of_the_network, Start) {
    for (const auto& [lod, words] : {std::pair{"1", "training begins at 1, with pictures of 16x16"},
                                     {"1.5", "training begins at 2, with pictures of 8x8"},
                                     {"0", "training begins at 0, with pictures of 32x32"}}) {
        check_success(run_program(
            folder, {"convert", "--source", "grown.safetensors", "--dest", "at.safetensors", "--lod", lod}));
        const Outcome plan = from("at.safetensors", {"--dry-run"});
        check_success(plan);
        BOOST_TEST(contains(plan.out, std::string("level of detail is ") + lod + "; " + words), plan.out);
    }
    // --growing starts again with small pictures, --no-growing with all sizes
    BOOST_TEST(
        contains(from("at.safetensors", {"--dry-run", "--growing"}).out, "training begins at 2, with pictures of 8x8"));
    BOOST_TEST(contains(from("at.safetensors", {"--dry-run", "--no-growing"}).out,
                        "training begins at 0, with pictures of 32x32 (--no-growing)"));
}

BOOST_FIXTURE_TEST_CASE(a_guess_is_told_here_too, Start) {
    write_port(folder / "faces.pth", tiny_official(4, 2, 12, 12), &PortFile::add_huangzh13);
    const Outcome o = from("faces.pth", {"--dry-run"});
    check_success(o);
    BOOST_TEST(contains(o.out,
                        "training begins at 1, with pictures of 16x16. The file does not say its level of detail; "
                        "assumed: 1"),
               o.out);
    BOOST_TEST(contains(o.out, "`stylegan convert --lod` stores another"));
}

BOOST_FIXTURE_TEST_CASE(networks_of_a_snapshot_are_all_taken, Start) {
    check_success(train());
    check_success(run_program(
        folder, {"convert", "--source", first_run + "/network-snapshot-000000.safetensors", "--dest", "networks.pkl"}));
    const Outcome o = train({"--resume", "networks.pkl", "--kimg", "0.016"});
    check_success(o);
    BOOST_TEST(contains(o.out,
                        "Taken from it: the generator G and its moving average Gs, the discriminator D. New: the "
                        "moments of both optimizers"),
               o.out);
    const Outcome whole = train({"--resume", first_run + "/network-snapshot-000000.safetensors", "--kimg", "0.048"});
    check_success(whole);
    BOOST_TEST(!contains(whole.out, "without training state"), whole.out);
}

BOOST_FIXTURE_TEST_CASE(networks_of_another_resolution_give_what_fits, Start) {
    write_pictures("huge", 12, 64, 64);
    const auto at_64 = [&](std::vector<std::string> more) {
        more.insert(more.end(), {"--data", "huge"});
        return from("grown.safetensors", std::move(more));
    };
    const Outcome plan = at_64({"--dry-run"});
    check_success(plan);
    BOOST_TEST(contains(plan.out, "Taken from grown.safetensors: "), plan.out);
    BOOST_TEST(
        contains(plan.out,
                 " parameters; new: G/G_synthesis/64x64, G/G_synthesis/ToRGB_lod0, the discriminator, with random "
                 "weights, the moments"),
        plan.out);
    BOOST_TEST(contains(plan.out, "Training begins with pictures of 32x32, level of detail 1"), plan.out);
    BOOST_TEST(contains(at_64({"--dry-run", "--growing"}).out, "Training begins with pictures of 8x8"));
    const Outcome run = at_64({});
    check_success(run);
    BOOST_TEST(contains(run.out, "Taken from grown.safetensors: "), run.out);
    BOOST_TEST(contains(run.out, "lod 1.00"), run.out);
    const std::string folder_of_run = "runs/00000-huge-cfgf-64x64-batch8-gamma0.625";
    BOOST_TEST(contains(content(folder_of_run + "/log.txt"), "Taken from grown.safetensors: "));
    // the run goes on as any other
    check_success(run_program(folder, {"train", "--resume", folder_of_run, "--kimg", "0.024"}));
}

BOOST_FIXTURE_TEST_CASE(a_snapshot_begins_a_run_with_labels_other_widths_or_channels, Start) {
    check_success(train());
    const std::string snapshot = first_run + "/network-snapshot-000000.safetensors";
    write_labels();
    write_pictures("wide", 12, 16, 16);
    const Outcome larger = train({"--resume", snapshot, "--data", "wide", "--dry-run"});
    check_success(larger);
    BOOST_TEST(contains(larger.out,
                        "new: G/G_synthesis/16x16, G/G_synthesis/ToRGB_lod0, D/FromRGB_lod0, D/16x16, the moments"),
               larger.out);
    const Outcome labelled = train({"--resume", snapshot, "--cond"});
    check_success(labelled);
    BOOST_TEST(contains(labelled.out, "Adapted to other labels: G/G_mapping/Dense0"), labelled.out);
    BOOST_TEST(contains(labelled.out, "D/4x4/Dense1"), labelled.out);
    BOOST_TEST(contains(labelled.out, "new: G/G_mapping/LabelConcat, "), labelled.out);
    const std::string with_labels =
        "runs/00001-pictures-cfgf-8x8-batch8-gamma0.078-cond/network-snapshot-000000.safetensors";
    const Outcome without = train({"--resume", with_labels, "--cond", "0", "--dry-run"});
    check_success(without);
    BOOST_TEST(contains(without.out, "Left in the file: G/G_mapping/LabelConcat"), without.out);
    const Outcome wider = train({"--resume", snapshot, "--fmap-max", "4", "--dry-run"});
    check_success(wider);
    BOOST_TEST(contains(wider.out, "there, "), wider.out);
    write_pictures("small", 8, 4, 4);
    check_error(train({"--resume", with_labels, "--data", "small"}), 1,
                {"has no labels, expected a dataset.json", "--cond 0"});
    check_error(run_program(folder, {"train", "--resume", "runs/00001-pictures-cfgf-8x8-batch8-gamma0.078-cond",
                                     "--cond", "0", "--kimg", "1"}),
                1, {"--cond: is 0, expected 1"});
}

BOOST_AUTO_TEST_SUITE_END()
