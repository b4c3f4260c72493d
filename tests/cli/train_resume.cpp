// SPDX-License-Identifier: Apache-2.0
#include "cli/training_run.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

BOOST_AUTO_TEST_SUITE(train_resume)

using namespace test;

struct Resume : TrainingFolder {
    [[nodiscard]] Outcome resume(std::vector<std::string> more) const {
        std::vector<std::string> all{"train", "--resume", first_run};
        all.insert(all.end(), more.begin(), more.end());
        return run_program(folder, all);
    }
    [[nodiscard]] std::set<std::string> snapshots() const {
        std::set<std::string> numbers;
        for (const auto& entry : std::filesystem::directory_iterator(folder / first_run)) {
            const std::string name = entry.path().filename().string();
            if (name.starts_with("network-snapshot-")) numbers.insert(name.substr(17, name.find(".safe") - 17));
        }
        return numbers;
    }
};

BOOST_FIXTURE_TEST_CASE(names_what_changes, Resume) {
    check_success(train());
    const Outcome o = resume({"--kimg", "0.048", "--mirror", "--batch", "4", "--keep", "3"});
    check_success(o);
    BOOST_TEST(
        contains(o.out, "\nChanged: --kimg 0.032 -> 0.048, --batch 8 -> 4, --mirror false -> true, --keep 0 -> 3\n"),
        o.out);
    const Outcome same = resume({"--kimg", "0.064", "--dry-run"});
    BOOST_TEST(contains(same.out, "Changed: --kimg 0.048 -> 0.064\n"), same.out);
}

BOOST_FIXTURE_TEST_CASE(refuses_what_cannot_change, Resume) {
    check_success(train());
    const auto before = content(first_run + "/training_options.json");
    check_error(resume({"--kimg", "1", "--seed", "7"}), 1,
                {"--seed: is 7, expected 0 as in ", ": it cannot change when a run is resumed in its folder"});
    check_error(resume({"--kimg", "1", "--loss", "hinge"}), 1, {"loss", "hinge", "logistic"});
    check_error(resume({"--kimg", "1", "--fmap-max", "4"}), 1, {"fmap_max is 8, expected 4"});
    check_error(resume({"--kimg", "1", "--cond"}), 1, {"has no labels"});
    write_pictures("large", 8, 16, 16);
    check_error(resume({"--kimg", "1", "--data", "large"}), 1, {"are 16x16", "expected 8x8"});
    BOOST_TEST(content(first_run + "/training_options.json") == before);
    // another run may have another seed
    check_success(
        train({"--resume", first_run + "/network-snapshot-000000.safetensors", "--seed", "7", "--kimg", "0.04"}));
}

BOOST_FIXTURE_TEST_CASE(finds_the_latest_run, Resume) {
    check_error(run_program(folder, {"train", "--resume", "latest"}), 2, {"--outdir", "--resume latest"});
    check_error(train({"--resume", "latest"}), 1, {"runs", "cannot be read"});
    std::filesystem::create_directories(folder / "runs");
    check_error(train({"--resume", "latest"}), 1, {"runs: has no run folder 00000-... to resume"});
    check_success(train());
    check_success(train({"--mirror"}));
    std::filesystem::create_directories(folder / "runs/00007-nothing");
    const Outcome o = run_program(folder, {"train", "--resume", "latest", "--outdir", "runs", "--kimg", "0.048"});
    check_success(o);
    BOOST_TEST(contains(o.out, "Run folder runs/00001-"), o.out);
    BOOST_TEST(contains(o.out, "Finished at 0.048 kimg"), o.out);
}

BOOST_FIXTURE_TEST_CASE(a_run_without_a_snapshot_starts_over, Resume) {
    check_success(train({"--seed", "5", "--loss", "hinge", "--gamma", "0.25"}));
    const std::string run = "runs/00000-pictures-cfgf-8x8-batch8-hinge-gamma0.25";
    const std::string snapshot = run + "/network-snapshot-000000.safetensors", straight = content(snapshot);
    const auto stats = lasting_lines(content(run + "/stats.jsonl"));
    std::filesystem::remove(folder / snapshot);
    const Outcome o = run_program(folder, {"train", "--resume", run});
    check_success(o);
    BOOST_TEST(
        contains(o.out, "The run has no snapshot yet and starts over, with the settings of training_options.json"),
        o.out);
    BOOST_TEST((content(snapshot) == straight));
    BOOST_TEST((lasting_lines(content(run + "/stats.jsonl")) == stats));
}

BOOST_FIXTURE_TEST_CASE(statistics_have_no_gap_and_no_line_twice, Resume) {
    check_success(train({"--kimg", "0.096"}));
    const auto straight = lasting_lines(content(first_run + "/stats.jsonl"));
    check_success(train({"--kimg", "0.064"}));
    const std::string run = "runs/00001" + first_run.substr(10), file = run + "/stats.jsonl";
    // as after a kill: ticks 5 and 6 were made, but no snapshot, and the last line is cut off
    const std::string four = content(file), other = content(first_run + "/stats.jsonl");
    const std::size_t fifth = other.find("\"Progress/tick\":{\"num\":1,\"mean\":5");
    write(folder / file,
          four + other.substr(other.rfind('\n', fifth) + 1, other.size() - other.rfind('\n', fifth) - 40));
    write(folder / (run + "/log.txt"), content(run + "/log.txt") + "tick 6  cut");
    check_success(run_program(folder, {"train", "--resume", run, "--kimg", "0.096"}));
    BOOST_TEST((lasting_lines(content(file)) == straight));
    BOOST_TEST(contains(content(run + "/log.txt"), "tick 6  cut\nRun folder "));
}

BOOST_FIXTURE_TEST_CASE(keeps_as_many_snapshots_as_it_is_told, Resume) {
    check_success(train({"--kimg", "0.096", "--snap", "1", "--keep", "2"}));
    BOOST_TEST(snapshots() == (std::set<std::string>{"000000-080", "000000-096"}), boost::test_tools::per_element());
    BOOST_TEST(std::filesystem::exists(folder / (first_run + "/fakes000000.png")));
    check_success(resume({"--kimg", "0.112", "--keep", "1"}));
    BOOST_TEST(snapshots() == std::set<std::string>{"000000-112"}, boost::test_tools::per_element());
    check_success(resume({"--kimg", "0.144", "--keep", "0"}));
    BOOST_TEST(snapshots().size() == 3u);
}

BOOST_FIXTURE_TEST_CASE(writes_snapshots_when_time_has_passed, Resume) {
    check_success(train({"--kimg", "0.8", "--tick", "0.4"}));
    const std::string straight = content(first_run + "/network-snapshot-000000.safetensors");
    const auto stats = lasting_lines(content(first_run + "/stats.jsonl"));
    std::filesystem::remove_all(folder / "runs");

    Program program(folder.path(), arguments({"--data", "pictures", "--outdir", "runs", "--kimg", "0.8", "--tick",
                                              "0.4", "--snap-minutes", "0.00001"}));
    const auto timed = [&] {
        std::set<std::string> found;
        if (std::filesystem::exists(folder / first_run))
            for (const std::string& s : snapshots())
                if (s.ends_with("-timed")) found.insert(s);
        return found;
    };
    for (int i = 0; i < 60000 && timed().size() < 2; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    program.signal(SIGKILL);
    BOOST_TEST(program.wait().status == 128 + SIGKILL);
    BOOST_TEST(timed().size() >= 2u);
    BOOST_TEST(timed().size() <= 3u);  // the third, if it was killed before it had removed the first
    const Outcome o = resume({"--snap-minutes", "0"});
    check_success(o);
    BOOST_TEST(contains(o.out, "-timed.safetensors\n"), o.out);
    BOOST_TEST(snapshots() == std::set<std::string>{"000000"}, boost::test_tools::per_element());
    BOOST_TEST((content(first_run + "/network-snapshot-000000.safetensors") == straight));
    BOOST_TEST((lasting_lines(content(first_run + "/stats.jsonl")) == stats));
}

BOOST_FIXTURE_TEST_CASE(values_of_the_run_are_checked_as_flags_are, Resume) {
    check_success(train());
    const std::string file = first_run + "/training_options.json", good = content(file);
    const auto refused = [&](const std::string& from, const std::string& to) {
        std::string json = good;
        BOOST_REQUIRE(json.find(from) != std::string::npos);
        write(folder / file, json.replace(json.find(from), from.size(), to));
        const Outcome o = resume({"--dry-run"});
        BOOST_TEST(o.status == 1);
        return o.err;
    };
    BOOST_TEST(contains(refused("\"batch\": 8", "\"batch\": -1"), "training: \"batch\" is -1, expected more than 0"));
    BOOST_TEST(contains(refused("\"lr\": 0.001", "\"lr\": -1"), "training: \"lr\" is -1, expected a finite number"));
    BOOST_TEST(contains(refused("\"snap\": 50", "\"snap\": 0"), "\"snap\" is 0, expected 1 or more"));
    BOOST_TEST(contains(refused("\"threads\": 2", "\"threads\": -2"), "\"threads\" is -2, expected 0 to 1024"));
    BOOST_TEST(refused("\"loss\": \"logistic\"", "\"loss\": \"" + std::string(2000000, 'x') + "\"").size() < 5000u);
}

BOOST_AUTO_TEST_SUITE_END()
