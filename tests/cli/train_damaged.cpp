// SPDX-License-Identifier: Apache-2.0
// A run whose newest snapshots are damaged resumes from the newest that is good, and ends as if nothing had happened.
#include "cli/training_run.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(train_damaged)

using namespace test;

/// A run in "runs" of five ticks with a snapshot at each: the first has a short name, the others all digits.
struct Snapshots : TrainingFolder {
    Snapshots() { check_success(train({"--kimg", "0.08", "--snap", "1"})); }

    [[nodiscard]] static std::string snapshot(const std::string& number) {
        return first_run + "/network-snapshot-" + number + ".safetensors";
    }
    [[nodiscard]] Outcome resume(const std::string& kimg = "0.096") const {
        return run_program(folder, {"train", "--resume", first_run, "--kimg", kimg});
    }
};

BOOST_FIXTURE_TEST_CASE(falls_back_to_the_newest_good_snapshot, Snapshots) {
    check_success(train({"--kimg", "0.096", "--snap", "1"}));  // 00001: never stopped
    const std::string straight = "runs/00001" + first_run.substr(10);
    flip_a_bit(folder / snapshot("000000-080"), 0.7);
    write(folder / snapshot("000000-064"), "");
    const Outcome o = resume();
    check_success(o);
    BOOST_TEST(contains(o.out, "Damaged: network-snapshot-000000-080.safetensors: "), o.out);
    BOOST_TEST(contains(o.out, "; network-snapshot-000000-064.safetensors: "), o.out);
    BOOST_TEST(contains(o.out, ". The newest good snapshot is network-snapshot-000000-048.safetensors\n"), o.out);
    BOOST_TEST(contains(o.out, "Resumes from " + snapshot("000000-048")), o.out);
    BOOST_TEST(contains(content(first_run + "/log.txt"), "Damaged: network-snapshot-000000-080.safetensors: "));

    // those of the same name are replaced
    for (const char* number : {"000000-064", "000000-080", "000000-096"}) {
        const std::string name = "/network-snapshot-" + std::string(number) + ".safetensors";
        BOOST_TEST((content(first_run + name) == content(straight + name)), number);
    }
    BOOST_TEST(
        (lasting_lines(content(first_run + "/stats.jsonl")) == lasting_lines(content(straight + "/stats.jsonl"))));
}

BOOST_FIXTURE_TEST_CASE(every_kind_of_damage_is_noticed, Snapshots) {
    const std::string newest = snapshot("000000-080"), good = content(newest);
    const std::size_t header = static_cast<unsigned char>(good[0]) + 256 * static_cast<unsigned char>(good[1]);
    const std::pair<const char*, std::function<std::string()>> kinds[] = {
        {"nothing", [&] { return std::string(); }},
        {"zeros", [&] { return std::string(good.size(), '\0'); }},
        {"half", [&] { return good.substr(0, good.size() / 2); }},
        {"without its last byte", [&] { return good.substr(0, good.size() - 1); }},
        {"no JSON", [&] { return good.substr(0, 20) + '}' + good.substr(21); }},
        {"a bit of the header",
         [&] { return std::string(good).replace(header / 2, 1, 1, static_cast<char>(good[header / 2] ^ 1)); }},
        {"a bit of the last tensor",
         [&] { return good.substr(0, good.size() - 1) + static_cast<char>(good.back() ^ 4); }},
        {"a page of zeros", [&] { return std::string(good).replace(good.size() / 2, 4096, 4096, '\0'); }},
    };
    for (const auto& [kind, damaged] : kinds) {
        BOOST_TEST_CONTEXT(kind) {
            write(folder / newest, damaged());
            const Outcome o = run_program(folder, {"train", "--resume", first_run, "--dry-run"});
            check_success(o);
            BOOST_TEST(contains(o.out, "Damaged: network-snapshot-000000-080.safetensors: "), o.out);
            BOOST_TEST(contains(o.out, "Resumes from " + snapshot("000000-064")), o.out);
        }
    }
}

BOOST_FIXTURE_TEST_CASE(says_why_if_none_is_good, Snapshots) {
    for (const char* number : {"000000-032", "000000-048", "000000-064", "000000-080"})
        flip_a_bit(folder / snapshot(number), 0.6);
    write(folder / snapshot("000000"), "");
    const auto before = folder.files();
    check_error(resume(), 1,
                {"none of 5 snapshots is good: network-snapshot-000000-080.safetensors: ",
                 "; network-snapshot-000000.safetensors: "});
    BOOST_TEST(folder.files() == before, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_damaged_file_names_the_good_one_before_it, Snapshots) {
    flip_a_bit(folder / snapshot("000000-080"), 0.6);
    flip_a_bit(folder / snapshot("000000-064"), 0.6);
    const std::string advice = "the newest good snapshot before it is " + snapshot("000000-048");
    check_error(train({"--resume", snapshot("000000-080"), "--kimg", "0.1"}), 1,
                {"-080.safetensors: ", advice.c_str()});
    check_error(
        run_program(folder, {"generate", "--network", snapshot("000000-080"), "--seeds", "0", "--outdir", "out"}), 1,
        {"-080.safetensors: ", advice.c_str()});
    check_error(run_program(folder, {"info", snapshot("000000-080"), "--verify"}), 1, {advice.c_str()});
    flip_a_bit(folder / snapshot("000000"), 0.6);
    flip_a_bit(folder / snapshot("000000-032"), 0.6);
    check_error(train({"--resume", snapshot("000000-032"), "--kimg", "0.1"}), 1, {"no snapshot before it is good"});
}

BOOST_FIXTURE_TEST_CASE(values_in_a_snapshot_are_checked, Snapshots) {
    const std::string newest = snapshot("000000-080"), good = content(newest);
    const auto without_digests = [&](const std::string& from, const std::string& to) {
        std::string bytes = good;
        const std::size_t at = bytes.find(from);
        BOOST_REQUIRE(at != std::string::npos);
        BOOST_REQUIRE(from.size() == to.size());
        bytes.replace(at, from.size(), to);
        for (std::size_t d; (d = bytes.find("xxh3_")) != std::string::npos;) bytes.replace(d, 5, "none_");
        write(folder / newest, bytes);
        return run_program(folder, {"train", "--resume", first_run, "--dry-run"}).out;
    };
    BOOST_TEST(contains(without_digests(R"(\"batch\":8)", R"(\"batch\":0)"), "\"batch\" is 0, expected more than 0"));
    BOOST_TEST(contains(without_digests(R"(\"lr\":0.001)", R"(\"lr\":-.001)"), "is not JSON"));
    BOOST_TEST(contains(without_digests(R"(\"lr\":0.001)", R"(\"lr\":-1.01)"), "\"lr\" is -1.01, expected"));
    BOOST_TEST(contains(without_digests(R"(\"pictures\":80)", R"(\"pictures\":-8)"), "\"pictures\" is -8, expected"));
    BOOST_TEST(
        contains(without_digests(R"(\"pictures\":80)", R"(\"pictures\":1 )"), "expected at most 1, the pictures"));
}

BOOST_AUTO_TEST_SUITE_END()
