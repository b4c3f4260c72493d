// SPDX-License-Identifier: Apache-2.0
#include "cli/perceptual_files.hpp"
#include "cli/training_run.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

BOOST_AUTO_TEST_SUITE(train_metrics)

using namespace test;

struct WithFeatures : TrainingFolder {
    WithFeatures() {
        write_pictures("larger", 12, 16, 16);
        write_vgg(folder / "vgg.safetensors", 2, true);
    }
    [[nodiscard]] Outcome run(std::vector<std::string> more) const {
        more.insert(more.begin(),
                    {"--data", "larger", "--vgg", "vgg.safetensors", "--metric-samples", "6", "--snap", "1"});
        return train(std::move(more));
    }
    [[nodiscard]] std::string file_ending(const std::string& end) const {
        for (const std::string& name : folder.files())
            if (name.ends_with(end)) return name;
        return "";
    }
};

BOOST_FIXTURE_TEST_CASE(are_evaluated_at_every_snapshot, WithFeatures) {
    const Outcome o = run({"--metrics", "ppl2_wend"});
    check_success(o);
    const std::string file = file_ending("/metric-ppl2_wend.jsonl");
    BOOST_TEST_REQUIRE(file != "");
    std::istringstream lines(content(file));
    std::vector<std::string> snapshots;
    for (std::string line; std::getline(lines, line);) {
        const auto json = nlohmann::json::parse(line);
        BOOST_TEST(json["results"]["ppl2_wend"].get<double>() >= 0);
        BOOST_TEST(json["samples"] == 6);
        snapshots.push_back(json["snapshot_pkl"]);
    }
    BOOST_TEST(snapshots.size() == 2u);  // a snapshot for each of two ticks
    BOOST_TEST(snapshots.back().starts_with("network-snapshot-"));
    BOOST_TEST(contains(o.out, "ppl2_wend "));
    BOOST_TEST(contains(content(file_ending("/log.txt")), "ppl2_wend "));
    const auto options = nlohmann::json::parse(content(file_ending("/training_options.json")));
    BOOST_TEST(options["metrics"][0] == "ppl2_wend");
    BOOST_TEST(options["metric_samples"] == 6);
}

BOOST_FIXTURE_TEST_CASE(a_run_without_them_writes_none, WithFeatures) {
    check_success(run({}));
    check_success(run({"--metrics", "none"}));
    BOOST_TEST(file_ending(".jsonl") != "");
    for (const std::string& name : folder.files()) BOOST_TEST(!contains(name, "metric-"));
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_evaluated_ends_the_run_before_it_begins, WithFeatures) {
    const auto fail = [&](int status, std::initializer_list<const char*> parts, std::vector<std::string> more) {
        const auto before = folder.files();
        check_error(run(std::move(more)), status, parts);
        BOOST_TEST(folder.files() == before, boost::test_tools::per_element());
    };
    fail(2, {"--metrics", "fid50k"}, {"--metrics", "fid50k"});
    fail(2, {"--metric-samples", "\"0\""}, {"--metrics", "ppl2_wend", "--metric-samples", "0"});
    fail(1, {"ppl_wend", "8x8", "expected at least 16x16"}, {"--metrics", "ppl_wend"});
    fail(1, {"none.safetensors"}, {"--metrics", "ppl2_wend", "--vgg", "none.safetensors"});
}

BOOST_AUTO_TEST_SUITE_END()
