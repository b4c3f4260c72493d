// SPDX-License-Identifier: Apache-2.0
#include "cli/perceptual_files.hpp"
#include "cli/training_run.hpp"

#include <stylegan/io/pictures/read_image.hpp>

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
    [[nodiscard]] static std::string first_line(const std::string& s) { return s.substr(0, s.find('\n')); }
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

BOOST_FIXTURE_TEST_CASE(sets_of_pictures_are_compared_with_the_data, WithFeatures,
                        *needs_example_data("cifar-vgg.safetensors")) {
    const Outcome o = run({"--metrics", "fd20_full,pr1k3,ppl2_wend"});
    check_success(o);
    for (const char* metric : {"fd20_full", "pr1k3", "ppl2_wend"}) {
        const std::string lines = content(file_ending(std::string("/metric-") + metric + ".jsonl"));
        BOOST_TEST(std::count(lines.begin(), lines.end(), '\n') == 2);  // a snapshot for each of two ticks
    }
    const auto line = nlohmann::json::parse(first_line(content(file_ending("/metric-fd20_full.jsonl"))));
    BOOST_TEST(line["results"]["fd20_full"].get<double>() > 0);
    BOOST_TEST(line["generated"] == 20);
    BOOST_TEST(line["real"] == 12);
    BOOST_TEST(contains(o.out, "pr1k3_recall "));

    // the same numbers as calc-metrics, from features that are there by now
    const std::string file = file_ending("/metric-fd20_full.jsonl"), run_folder = file.substr(0, file.rfind('/'));
    const std::string snapshot = run_folder + '/' + line["snapshot_pkl"].get<std::string>();
    const Outcome calc = run_program(folder, {"calc-metrics", "--network", snapshot, "--data", "larger", "--metrics",
                                              "fd20_full", "--json", "--outdir", "other"});
    check_success(calc);
    BOOST_TEST(nlohmann::json::parse(calc.out)["results"] == line["results"]);
}

BOOST_FIXTURE_TEST_CASE(all_snapshots_of_a_run_are_measured_afterwards, WithFeatures,
                        *needs_example_data("cifar-vgg.safetensors")) {
    check_success(run({"--metrics", "fd20_full"}));
    const std::string file = file_ending("/metric-fd20_full.jsonl"), run_folder = file.substr(0, file.rfind('/'));
    const std::string before = content(file);
    const auto measure = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"calc-metrics", "--run", run_folder, "--metrics"});
        return run_program(folder, more);
    };
    const Outcome o = measure({"fd20_full,pr1k3,ppl2_wend", "--vgg", "vgg.safetensors", "--samples", "6"});
    check_success(o);
    BOOST_TEST(content(file) == before);  // what is there is kept
    for (const char* part : {"      kimg", "fd20_full", "pr1k3_precision", "pr1k3_recall", "ppl2_wend", " +- ",
                             "metric-fd20_full.png", "metric-pr1k3.png"})
        BOOST_TEST(contains(o.out, part), "expected: " << part << "\nin\n" << o.out);
    const stylegan::Image one = stylegan::read_image(folder / (run_folder + "/metric-fd20_full.png")),
                          two = stylegan::read_image(folder / (run_folder + "/metric-pr1k3.png"));
    BOOST_TEST(one.width == 480);
    BOOST_TEST(two.width == 960);  // precision and recall
    const std::string all = content(run_folder + "/metric-pr1k3.jsonl");
    BOOST_TEST(std::count(all.begin(), all.end(), '\n') == 2);

    const Outcome json = measure({"pr1k3", "--json"});
    check_success(json);
    BOOST_TEST(content(run_folder + "/metric-pr1k3.jsonl") == all);
    BOOST_TEST(std::count(json.out.begin(), json.out.end(), '\n') == 2);
    BOOST_TEST(nlohmann::json::parse(first_line(json.out)) == nlohmann::json::parse(first_line(all)));
    check_success(measure({"pr1k3", "--seed", "1"}));  // other settings are measured
    const std::string more = content(run_folder + "/metric-pr1k3.jsonl");
    BOOST_TEST(std::count(more.begin(), more.end(), '\n') == 4);

    check_error(measure({"pr1k3", "--plot", "x.png"}), 2, {"--plot", "--run"});
    check_error(measure({"pr1k3", "--network", "x"}), 2, {"--network", "--run"});
    check_error(measure({"fd20_full", "--data", "pictures"}), 1, {"--data pictures", "as the network makes them"});
    std::filesystem::rename(folder / "larger", folder / "moved");
    check_error(measure({"fd20_full"}), 1, {"larger, which is not there", "--data"});
    check_success(measure({"fd20_full", "--data", "moved"}));  // the same content: nothing to compute
    BOOST_TEST(content(file) == before);
    check_error(run_program(folder, {"calc-metrics", "--run", "moved", "--metrics", "fd20"}), 1,
                {"--run moved", "is no run folder"});
    check_error(run_program(folder, {"calc-metrics", "--metrics", "fd20"}), 2, {"--network", "--run"});
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
    fail(2, {"--metrics", "is50k", "fid50k_full"}, {"--metrics", "is50k"});
    fail(1, {"fid50k", "--inception FILE"}, {"--metrics", "fid50k"});
    fail(1, {"none.pt"}, {"--metrics", "fid50k", "--inception", "none.pt"});
    fail(2, {"--resize", "official, pytorch-fid or clean"}, {"--metrics", "fd20", "--resize", "nearest"});
    fail(1, {"kd3", "at least 4"}, {"--metrics", "kd3"});
    fail(2, {"--metric-samples", "\"0\""}, {"--metrics", "ppl2_wend", "--metric-samples", "0"});
    fail(1, {"ppl_wend", "8x8", "expected at least 16x16"}, {"--metrics", "ppl_wend"});
    fail(1, {"none.safetensors"}, {"--metrics", "ppl2_wend", "--vgg", "none.safetensors"});
}

BOOST_AUTO_TEST_SUITE_END()
