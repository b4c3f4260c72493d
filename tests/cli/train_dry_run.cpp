// SPDX-License-Identifier: Apache-2.0
#include "cli/training_run.hpp"

#include <boost/test/unit_test.hpp>

#include <regex>

BOOST_AUTO_TEST_SUITE(train_dry_run)

using namespace test;

BOOST_FIXTURE_TEST_CASE(prints_networks_schedule_and_memory_and_makes_nothing, TrainingFolder) {
    const auto before = folder.files();
    const Outcome o = run_program(folder, {"train",       "--data",     example_data("faces-32.zip"),
                                           "--outdir",    "runs",       "--dry-run",
                                           "--fmap-base", "64",         "--fmap-max",
                                           "16",          "--latent",   "24",
                                           "--batch",     "8:64,16:32", "--lr",
                                           "32:0.002",    "--lod-kimg", "10",
                                           "--fade-kimg", "5",          "--kimg",
                                           "16"});
    check_success(o);
    BOOST_TEST(folder.files() == before, boost::test_tools::per_element());
    BOOST_TEST(!std::filesystem::exists(folder / "runs"));

    const auto has = [&](const char* pattern) {
        BOOST_TEST(std::regex_search(o.out, std::regex(pattern)), pattern << " in\n" << o.out);
    };
    has("G_synthesis/32x32/Conv0_up +496 +\\(\\?, 4, 32, 32\\)");  // 9 * 8 * 4, noise 4, bias 4, style 25 * 8
    has("32x32/Conv1_down");
    has("Total +[0-9]+");
    const std::string time = "(about )?([0-9]+[dhms] ?)+\n";
    has(("8x8 +- +0 +64 +0\\.002 +[0-9.]+ MiB +" + time).c_str());
    has(("16x16 +10 +15 +32 +0\\.002 +[0-9.]+ MiB +" + time).c_str());
    has("32x32 +25 +30 +32 +0\\.002 +[0-9.]+ MiB +\\(not reached\\)\n");
    has("\nTime in all: (about )?([0-9]+[dhms] ?)+, as a few steps");
    has("Full resolution is not reached: the run ends at 16 kimg, and pictures of 32x32 have faded in at 30\\.");
    has("networks [0-9.]+ MiB, gradients [0-9.]+ MiB, moments [0-9.]+ MiB, activations [0-9.]+ MiB\n");
}

BOOST_FIXTURE_TEST_CASE(needs_no_outdir_and_checks_as_a_run_does, TrainingFolder) {
    check_success(run_program(folder, arguments({"--data", "pictures", "-n"})));
    check_error(run_program(folder, arguments({"--data", "pictures", "-n", "--batch", "6"})), 1, {"--batch: is 6"});
    const Outcome on_gpu =
        run_program(folder, arguments({"--data", "pictures", "-n", "--device", "cuda", "--gpu-precision", "fp16"}));
    check_success(on_gpu);
    BOOST_TEST(contains(on_gpu.out, "Planned for the CPU."));
#ifndef STYLEGAN_CUDA
    BOOST_TEST(contains(on_gpu.out, "Time is not measured: --device: is \"cuda\""), on_gpu.out);
#endif
    BOOST_TEST(contains(on_gpu.out, "16-bit copies"));
    check_success(train());
    const auto before = folder.files();
    const Outcome o = run_program(folder, {"train", "--resume", first_run, "--dry-run"});
    check_success(o);
    BOOST_TEST(contains(o.out, "pictures-cfgf-8x8-batch8"));
    BOOST_TEST(!contains(o.out, "Full resolution is not reached"), o.out);
    const Outcome longer = run_program(folder, {"train", "--resume", first_run, "--dry-run", "--kimg", "0.064"});
    check_success(longer);
    BOOST_TEST(contains(longer.out, " from 0.032 kimg on"), longer.out);
    BOOST_TEST(folder.files() == before, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
