// SPDX-License-Identifier: Apache-2.0
// --cfg auto and --hours on the machine at hand: the choices themselves are tested in auto_settings.cpp, without times.
#include "cli/training_run.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>

BOOST_AUTO_TEST_SUITE(train_auto)

using namespace test;

struct Auto : TrainingFolder {
    Auto() { write_pictures("faces", 24, 16, 16); }
    [[nodiscard]] Outcome run(std::vector<std::string> more) const {
        std::vector<std::string> all{"train", "--data", "faces", "--threads", "2"};
        all.insert(all.end(), more.begin(), more.end());
        return run_program(folder, all);
    }
    /// The words of the line "Chosen by ...: stylegan train ...".
    static std::vector<std::string> chosen(const std::string& out) {
        const std::string start = "stylegan train ";
        const std::size_t begin = out.find(start, out.find("Chosen by"));
        BOOST_REQUIRE(begin != std::string::npos);
        std::istringstream line(out.substr(begin, out.find('\n', begin) - begin));
        std::vector<std::string> words;
        for (std::string word; line >> word;) words.push_back(word);
        words.erase(words.begin());  // "stylegan"
        return words;
    }
    [[nodiscard]] nlohmann::json settings(const std::string& run) const {
        return nlohmann::json::parse(content(run + "/training_options.json"));
    }
};

BOOST_FIXTURE_TEST_CASE(the_printed_flags_give_the_same_run, Auto) {
    const Outcome o = run({"--hours", "0.004", "--outdir", "runs", "--seed", "3"});
    check_success(o);
    BOOST_TEST(contains(o.out, "Chosen by --cfg auto --hours 0.004: stylegan train --data faces"), o.out);
    BOOST_TEST(contains(o.out, "  networks: --fmap-base "), o.out);
    BOOST_TEST(contains(o.out, "Finished at "), o.out);
    std::vector<std::string> words = chosen(o.out);
    for (std::string& word : words)
        if (word == "runs") word = "again";
    const auto kimg = std::find(words.begin(), words.end(), "--kimg") - words.begin();
    const double chosen_kimg = std::stod(words.at(static_cast<std::size_t>(kimg) + 1));
    words.at(static_cast<std::size_t>(kimg) + 1) = "0.032";  // the length of the run is compared by its number
    check_success(run_program(folder, words));
    std::string first, again;
    for (const std::string& name : folder.files()) {
        if (!name.ends_with("/training_options.json")) continue;
        (name.starts_with("runs") ? first : again) = name.substr(0, name.rfind('/'));
    }
    nlohmann::json a = settings(first), b = settings(again);
    BOOST_TEST(a["hours"].get<double>() == 0.004);
    BOOST_TEST(b["hours"].get<double>() == 0);
    BOOST_TEST(a["training"]["total_kimg"].get<double>() == chosen_kimg);
    a.erase("hours"), b.erase("hours");
    a["training"].erase("total_kimg"), b["training"].erase("total_kimg");
    BOOST_TEST(a == b, a.dump() << "\n" << b.dump());
    BOOST_TEST(contains(content(first + "/log.txt"), "Chosen by --cfg auto"));
}

BOOST_FIXTURE_TEST_CASE(hours_end_a_run_and_more_hours_continue_it, TrainingFolder) {
    const auto tiny = [&](std::vector<std::string> more) {
        std::vector<std::string> all{"--data", "pictures", "--outdir", "runs",  "--kimg",
                                     "1000",   "--hours",  "0.001",    "--cfg", "f"};
        all.insert(all.end(), more.begin(), more.end());
        return run_program(folder, arguments(std::move(all)));
    };
    const Outcome o = tiny({});
    check_success(o);
    BOOST_TEST(!contains(o.out, "Chosen by"), o.out);  // --kimg and --no-growing leave nothing to choose
    BOOST_TEST(contains(o.out, "Finished at "), o.out);
    BOOST_TEST(contains(o.out, "The time of --hours 0.001 is over, at "), o.out);
    BOOST_TEST(contains(o.out, " of 1000 kimg. To resume: stylegan train --resume runs/"), o.out);
    BOOST_TEST(contains(o.out, " --hours 0.002"), o.out);
    BOOST_TEST(contains(o.out, "tick 1 "), o.out);
    check_error(run_program(folder, {"train", "--resume", first_run}), 1,
                {"--hours: is 0.001, expected more than the 0.001"});
    const Outcome more = run_program(folder, {"train", "--resume", first_run, "--hours", "0.002"});
    check_success(more);
    BOOST_TEST(contains(more.out, "Changed: --hours 0.001 -> 0.002"), more.out);
    BOOST_TEST(contains(more.out, "Finished at "), more.out);
}

BOOST_FIXTURE_TEST_CASE(hours_with_other_networks_choose_the_schedule_alone, Auto) {
    const Outcome o = run({"--cfg", "f", "--hours", "0.002", "--dry-run", "--fmap-base", "64", "--fmap-max", "16",
                           "--latent", "12", "--batch", "8"});
    check_success(o);
    const std::vector<std::string> words = chosen(o.out);
    for (const char* flag : {"--kimg", "--lod-kimg", "--fade-kimg"})
        BOOST_TEST((std::find(words.begin(), words.end(), flag) != words.end()), flag);
    for (const char* flag : {"--hours", "--gamma", "--ema-kimg", "--tick", "--dry-run"})
        BOOST_TEST((std::find(words.begin(), words.end(), flag) == words.end()), flag);
    BOOST_TEST(contains(o.out, "Chosen by --hours 0.002: "), o.out);
    BOOST_TEST(contains(o.out, ". --hours ends the run after "), o.out);
    BOOST_TEST(!contains(o.out, "Full resolution is not reached"), o.out);
}

BOOST_FIXTURE_TEST_CASE(what_does_not_go_together, Auto) {
    check_success(train());
    check_error(run_program(folder, {"train", "--resume", first_run, "--cfg", "auto"}), 1,
                {"--cfg: is auto with --resume", "expected --hours alone"});
    write_pictures("few", 3, 16, 16);
    check_success(run({"--cfg", "f", "--data", "few", "--cfg", "auto", "--hours", "0.001", "--dry-run"}));
    check_error(run({"--cfg", "auto", "--batch", "6", "--dry-run"}), 1, {"--batch: is 6"});
#ifndef STYLEGAN_CUDA
    check_error(run({"--hours", "1", "--device", "cuda", "--dry-run"}), 1,
                {"--hours: is 1, but training cannot be measured: --device: is \"cuda\""});
#endif
}

BOOST_AUTO_TEST_SUITE_END()
