// SPDX-License-Identifier: Apache-2.0
#include "cli/training_run.hpp"

#include <stylegan/io/networks/checkpoint.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <set>
#include <sstream>
#include <thread>

BOOST_AUTO_TEST_SUITE(train)

using namespace test;

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::set<std::string> files_in(const TrainingFolder& t, const std::string& folder) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(t.folder / folder))
        names.insert(entry.path().filename().string());
    return names;
}

const std::set<std::string> files_of_a_run{"training_options.json",
                                           "commands.txt",
                                           "report.html",
                                           "log.txt",
                                           "stats.jsonl",
                                           "reals.png",
                                           "fakes_init.png",
                                           "fakes000000.png",
                                           "network-snapshot-000000.safetensors"};

BOOST_FIXTURE_TEST_CASE(makes_a_run_folder, TrainingFolder) {
    const Outcome o = train({"--seed", "3"});
    check_success(o);
    BOOST_REQUIRE(files_in(*this, "runs") == std::set<std::string>{"00000-pictures-cfgf-8x8-batch8-gamma0.078"});
    BOOST_TEST((files_in(*this, first_run) == files_of_a_run));

    const auto log = lines_of(content(first_run + "/log.txt"));
    BOOST_TEST(o.out == content(first_run + "/log.txt"));
    BOOST_REQUIRE(log.size() == 4u);
    BOOST_TEST(log[0] == "Run folder " + first_run);
    BOOST_TEST(log[1].starts_with("tick 1     kimg 0.0      lod 0.00  minibatch 8    time "), log[1]);
    for (const char* part : {" sec/tick ", " sec/kimg ", " maintenance ", " cpumem "})
        BOOST_TEST(contains(log[2], part), log[2]);
    BOOST_TEST(log[1].find("sec/tick") == 13u + 14 + 11 + 13 + 18 - 1);
    BOOST_TEST(log[3] == "Finished at 0.032 kimg: " + first_run + "/network-snapshot-000000.safetensors");

    const auto stats = lines_of(content(first_run + "/stats.jsonl"));
    BOOST_REQUIRE(stats.size() == 2u);
    const auto tick = nlohmann::json::parse(stats[1]);
    for (const char* name :
         {"Loss/scores/fake", "Loss/scores/real", "Loss/signs/fake", "Loss/G/loss", "Loss/D/loss", "Loss/r1_penalty"}) {
        BOOST_TEST(tick[name]["num"].get<int>() == 16, name);
        BOOST_TEST((tick[name]["mean"].is_number() && tick[name]["std"].is_number()), name);
    }
    BOOST_TEST(tick["Progress/tick"]["mean"].get<int>() == 2);
    BOOST_TEST(tick["Progress/kimg"]["mean"].get<double>() == 0.032);
    for (const char* name : {"Timing/total_sec", "Timing/sec_per_tick", "Timing/sec_per_kimg", "Timing/maintenance_sec",
                             "Resources/cpu_mem_gb", "Resources/peak_cpu_mem_gb"})
        BOOST_TEST((tick[name]["num"] == 1 && tick[name]["mean"].get<double>() >= 0), name);
    BOOST_TEST(tick["timestamp"].is_number());

    const auto options = nlohmann::json::parse(content(first_run + "/training_options.json"));
    BOOST_TEST(options["training"]["batch"].get<int>() == 8);
    BOOST_TEST(options["training"]["seed"].get<int>() == 3);
    BOOST_TEST(options["architecture"]["resolution"].get<int>() == 8);
    BOOST_TEST(options["architecture"]["latent_size"].get<int>() == 8);

    const stylegan::Checkpoint checkpoint(folder / (first_run + "/network-snapshot-000000.safetensors"));
    for (const char* network : {"G", "D", "Gs", "training"}) BOOST_TEST(checkpoint.has(network), network);
    const stylegan::Image reals = stylegan::read_png(folder / (first_run + "/reals.png"));
    BOOST_TEST((stylegan::read_png(folder / (first_run + "/fakes000000.png")).size() == reals.size()));
    BOOST_TEST((stylegan::read_png(folder / (first_run + "/fakes_init.png")).size() == reals.size()));
    BOOST_TEST(reals.width % 8 == 0);
    BOOST_TEST(reals.width > reals.height);
}

BOOST_FIXTURE_TEST_CASE(takes_switches_as_the_official_tools_do, TrainingFolder) {
    const auto mirrored = [&](std::vector<std::string> flags) {
        flags.emplace_back("--dry-run");
        const Outcome o = train(std::move(flags));
        check_success(o);
        return contains(o.out, "-mirror,");
    };
    BOOST_TEST(mirrored({"--mirror"}));
    BOOST_TEST(mirrored({"--mirror=1"}));
    BOOST_TEST(mirrored({"--mirror", "true", "--cond=0"}));
    BOOST_TEST(mirrored({"--mirror", "--seed", "1"}));
    BOOST_TEST(!mirrored({"--mirror", "0"}));
    BOOST_TEST(!mirrored({"--mirror=false"}));
    BOOST_TEST(!mirrored({}));

    check_success(train({"--mirror"}));
    const std::string run = first_run + "-mirror";
    const auto resumed = [&](std::vector<std::string> more) {
        std::vector<std::string> all{"train", "--resume", run, "--dry-run"};
        all.insert(all.end(), more.begin(), more.end());
        const Outcome o = run_program(folder, all);
        check_success(o);
        return contains(o.out, "-mirror,");
    };
    BOOST_TEST(resumed({}));
    BOOST_TEST(!resumed({"--mirror=0"}));
}

BOOST_FIXTURE_TEST_CASE(its_grid_shows_what_generate_makes, TrainingFolder) {
    check_success(train());
    check_success(run_program(folder, {"generate", "--network", first_run + "/network-snapshot-000000.safetensors",
                                       "--seeds", "0-2", "--outdir", "out"}));
    const stylegan::Image grid = stylegan::read_png(folder / (first_run + "/fakes000000.png"));
    for (int seed = 0; seed < 3; ++seed) {
        const stylegan::Image one = stylegan::read_png(folder / ("out/seed000" + std::to_string(seed) + ".png"));
        bool equal = true;
        for (int y = 0; y < 8; ++y)
            equal = equal && std::equal(one.pixel(0, y), one.pixel(0, y) + 24, grid.pixel(8 * seed, y));
        BOOST_TEST(equal, "seed " << seed);
    }
}

BOOST_FIXTURE_TEST_CASE(runs_get_the_next_free_number, TrainingFolder) {
    std::filesystem::create_directories(folder / "runs/00041-something");
    std::filesystem::create_directories(folder / "runs/notes-7");
    check_success(train());
    BOOST_TEST(std::filesystem::exists(folder / "runs/00042-pictures-cfgf-8x8-batch8-gamma0.078/log.txt"));
}

BOOST_FIXTURE_TEST_CASE(resumes_in_its_folder_as_if_never_stopped, TrainingFolder) {
    check_success(train({"--kimg", "0.064"}));
    check_success(train({"--outdir", "stopped"}));
    const std::string run = "stopped" + first_run.substr(4);
    const Outcome o = run_program(folder, {"train", "--resume", run, "--kimg", "0.064"});
    check_success(o);
    BOOST_TEST(contains(o.out, "Resumes from " + run + "/network-snapshot-000000.safetensors\n"), o.out);
    auto files = files_of_a_run;  // a second snapshot within the first thousand pictures has all digits
    files.insert({"fakes000000-064.png", "network-snapshot-000000-064.safetensors"});
    BOOST_TEST((files_in(*this, run) == files));
    BOOST_TEST((content(run + "/network-snapshot-000000-064.safetensors") ==
                content(first_run + "/network-snapshot-000000.safetensors")));
    BOOST_TEST(lines_of(content(run + "/stats.jsonl")).size() == 4u);
    BOOST_TEST(contains(content(run + "/log.txt"), "Finished at 0.032 kimg"));
    BOOST_TEST(contains(content(run + "/log.txt"), "tick 4 "));
    BOOST_TEST(nlohmann::json::parse(content(run + "/training_options.json"))["training"]["total_kimg"].get<double>() ==
               0.064);
}

BOOST_FIXTURE_TEST_CASE(resumes_from_a_file_in_a_new_folder, TrainingFolder) {
    check_success(train());
    const std::string file = first_run + "/network-snapshot-000000.safetensors", before = content(file);
    const Outcome o = run_program(
        folder, {"train", "--data", "pictures", "--outdir", "runs", "--resume", file, "--kimg", "0.048", "--mirror"});
    check_success(o);
    BOOST_TEST((content(file) == before));
    const std::string second = "runs/00001-pictures-cfgf-8x8-batch8-gamma0.078-mirror";
    BOOST_TEST((files_in(*this, second) == files_of_a_run));
    BOOST_TEST(contains(content(second + "/log.txt"), "Finished at 0.048 kimg"));
    BOOST_TEST(contains(content(second + "/log.txt"), "tick 3 "));  // ticks continue

    // a file of networks only gives a start, but no progress
    const stylegan::Checkpoint checkpoint(folder / file);
    stylegan::SafetensorsWriter writer;
    writer.metadata("architecture", checkpoint.metadata().at("architecture"));
    std::vector<std::vector<float>> values;
    values.reserve(checkpoint.file().names().size());
    for (const std::string& name : checkpoint.file().names())
        if (name.starts_with("Gs/")) {
            values.push_back(checkpoint.file().read_float(name));
            writer.add(name, checkpoint.file().shape(name), values.back().data());
        }
    writer.write(folder / "generator.safetensors");
    check_success(train({"--resume", "generator.safetensors"}));
    BOOST_TEST(contains(content("runs/00002-pictures-cfgf-8x8-batch8-gamma0.078/log.txt"), "Finished at 0.032 kimg"));
}

BOOST_FIXTURE_TEST_CASE(tells_of_steps_that_were_skipped, TrainingFolder) {
    const Outcome o = train({"--lr", "1e20"});
    check_success(o);
    BOOST_TEST(contains(o.out, " skipped "));
    BOOST_TEST(contains(o.out, " steps: gradient not finite\n"));
    BOOST_TEST(contains(o.out, "\nSteps skipped because a gradient was not finite: "));
    const auto tick = nlohmann::json::parse(lines_of(content(first_run + "/stats.jsonl")).back());
    BOOST_TEST(tick["Progress/skipped_generator_steps"]["mean"].get<int>() > 0);
    BOOST_TEST(tick["Progress/skipped_discriminator_steps"]["mean"].get<int>() > 0);
    const Outcome good = train();
    check_success(good);
    BOOST_TEST(!contains(good.out, "skipped"));
}

BOOST_FIXTURE_TEST_CASE(stops_when_no_step_succeeds_any_more, TrainingFolder) {
    const Outcome o = train({"--lr", "1e20", "--kimg", "4", "--tick", "0.4"});
    check_error(o, 1,
                {"was not finite in 50 steps in a row", "learning rate 1e+20", "no snapshot was written before that"});
    BOOST_TEST(!contains(o.out, "Finished"));
    BOOST_TEST(contains(content(first_run + "/log.txt"), "Stopped: training: the gradient of the "));

    // snapshots before it: from the run folder of a good start
    check_success(train({"--seed", "1"}));
    const std::string run = "runs/00001" + first_run.substr(10);
    const Outcome more = run_program(
        folder, {"train", "--resume", run, "--lr", "1e20", "--kimg", "4", "--tick", "0.016", "--snap", "1"});
    const std::string healthy = "the last snapshot before that is " + run + "/network-snapshot-";
    check_error(more, 1, {"steps in a row", healthy.c_str()});
}

BOOST_FIXTURE_TEST_CASE(takes_flags_as_the_official_tools_do, TrainingFolder) {
    write_labels();
    for (const char* flag : {"--cond=True", "--cond=true", "--cond=1", "--cond"})
        check_success(train({flag, "--dry-run"}));
    const Outcome o = train({"--mirror=False", "--cond=FALSE", "--cfg", "F", "--loss", "Hinge"});
    check_success(o);
    const auto options =
        nlohmann::json::parse(content("runs/00000-pictures-cfgf-8x8-batch8-hinge/training_options.json"));
    BOOST_TEST(options["training"]["mirror"] == false);
    check_error(train({"--mirror=maybe"}), 2, {"--mirror", "maybe", "expected 0 or 1"});
}

BOOST_FIXTURE_TEST_CASE(saves_when_it_is_told_to_end, TrainingFolder) {
    int number = 0;
    for (const int signal : {SIGTERM, SIGHUP}) {
        Program program(folder.path(), arguments({"--data", "pictures", "--outdir", "runs", "--kimg", "1000", "--tick",
                                                  "0.016", "--snap", "100000"}));
        for (int i = 0; i < 6000 && !contains(program.printed(), "tick 2 "); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        program.signal(signal);
        check_success(program.wait());
        const std::string run = "runs/0000" + std::to_string(number++) + first_run.substr(10);
        BOOST_TEST(std::filesystem::exists(folder / (run + "/network-snapshot-000000.safetensors")), run);
    }
}

BOOST_FIXTURE_TEST_CASE(stops_in_order_when_interrupted, TrainingFolder) {
    Program program(folder.path(), arguments({"--data", "pictures", "--outdir", "my runs", "--kimg", "1000", "--tick",
                                              "0.016", "--snap", "100000"}));
    for (int i = 0; i < 6000 && !contains(program.printed(), "tick 2 "); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    program.interrupt();
    const Outcome o = program.wait();
    check_success(o);
    const auto lines = lines_of(o.out);
    BOOST_REQUIRE(lines.size() > 3u);
    BOOST_TEST(lines[lines.size() - 2].starts_with("Stopped at "), lines[lines.size() - 2]);
    const std::string run = "my runs" + first_run.substr(4);
    BOOST_TEST(lines.back() == "To resume: stylegan train --resume '" + run + "'");
    BOOST_TEST(std::filesystem::exists(folder / (run + "/network-snapshot-000000.safetensors")));
    for (const std::string& name : files_in(*this, run))
        BOOST_TEST((!name.starts_with(".") && name != "run.lock"), name);

    const auto last = nlohmann::json::parse(lines_of(content(run + "/stats.jsonl")).back());
    const double kimg = last["Progress/kimg"]["mean"].get<double>() + 0.016;
    const Outcome more = run_program(folder, {"train", "--resume", run, "--kimg", std::to_string(kimg)});
    check_success(more);
    BOOST_TEST(contains(more.out, "Finished at "));
}

BOOST_FIXTURE_TEST_CASE(trains_rectangular_pictures_labels_and_every_configuration, TrainingFolder) {
    write_pictures("wide", 8, 12, 8);
    check_success(
        train({"--data", "wide", "--resolution", "12x8", "--growing", "--lod-kimg", "0.008", "--fade-kimg", "0.008"}));
    const stylegan::Checkpoint wide(folder /
                                    "runs/00000-wide-cfgf-12x8-batch8-gamma0.096/network-snapshot-000000.safetensors");
    BOOST_TEST((wide.architecture().base == stylegan::Size{4, 6}));

    write_labels();
    check_success(
        train({"--cond", "--batch", "4:12,8:4", "--microbatch", "4", "--lr", "4:0.002", "--loss", "hinge-gp"}));
    const std::string labelled = "runs/00001-pictures-cfgf-8x8-batch4-hingegp-cond/network-snapshot-000000.safetensors";
    BOOST_TEST(stylegan::Checkpoint(folder / labelled).architecture().label_size == 3);

    for (const char* cfg : {"a", "b", "c", "d", "e"}) {
        std::vector<std::string> flags{"train", "--data",      "pictures", "--outdir",   "runs", "--kimg",
                                       "0.016", "--fmap-base", "32",       "--fmap-max", "8",    "--latent",
                                       "8",     "--batch",     "8",        "--cfg",      cfg};
        check_success(run_program(folder, flags));
    }
    BOOST_TEST(std::filesystem::exists(folder / "runs/00002-pictures-cfga-8x8-batch8-wgangp/log.txt"));
    BOOST_TEST(std::filesystem::exists(folder / "runs/00003-pictures-cfgb-8x8-batch8-gamma0.078/log.txt"));
}

BOOST_AUTO_TEST_SUITE_END()
