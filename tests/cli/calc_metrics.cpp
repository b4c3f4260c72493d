// SPDX-License-Identifier: Apache-2.0
#include "cli/perceptual_files.hpp"
#include "cli/run_program.hpp"
#include "cli/write_network.hpp"

#include <stylegan/io/pictures/png.hpp>
#include <stylegan/io/pictures/read_image.hpp>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <algorithm>
#include <sstream>

BOOST_AUTO_TEST_SUITE(calc_metrics)

using namespace test;
using Files = std::vector<std::string>;

/// A folder with a network for 16x16 pictures in "run", and features for the distance.
struct WithFeatures {
    WithFeatures() {
        std::filesystem::create_directories(folder / "run");
        write_network(folder / "run/small.safetensors");
        write_vgg(folder / "vgg.safetensors", 2, true);
    }

    [[nodiscard]] Outcome calc(std::vector<std::string> more) const {
        std::vector<std::string> all{"calc-metrics", "--network", "run/small.safetensors"};
        all.insert(all.end(), more.begin(), more.end());
        return run_program(folder, all);
    }
    [[nodiscard]] Outcome calc_few(std::vector<std::string> more) const {
        more.insert(more.begin(), {"--vgg", "vgg.safetensors", "--no-crop", "--samples", "12", "--metrics"});
        return calc(std::move(more));
    }
    [[nodiscard]] Files files() const {
        Files all = folder.files();
        std::sort(all.begin(), all.end());
        return all;
    }
    void fail(int status, std::initializer_list<const char*> parts, std::vector<std::string> more) const {
        const Files before = files();
        check_error(calc(std::move(more)), status, parts);
        BOOST_TEST(files() == before, boost::test_tools::per_element());
    }
    [[nodiscard]] std::vector<nlohmann::json> lines(const std::string& file) const {
        const auto bytes = read(folder / file);
        std::istringstream content(std::string(bytes.begin(), bytes.end()));
        std::vector<nlohmann::json> all;
        for (std::string line; std::getline(content, line);) all.push_back(nlohmann::json::parse(line));
        return all;
    }

    TemporaryFolder folder;
};

BOOST_FIXTURE_TEST_CASE(a_line_for_each_metric_here_and_in_its_file, WithFeatures) {
    const Outcome o = calc_few({"ppl_wend,ppl_zfull,ppl2_wend"});
    check_success(o);
    for (const char* part : {"ppl_wend ", "ppl_zfull ", "ppl2_wend ", " +- ", "95 % in [", "12 samples",
                             "not comparable with published values"})
        BOOST_TEST(contains(o.out, part), "expected: " << part << "\nin\n" << o.out);
    BOOST_TEST(std::count(o.out.begin(), o.out.end(), '\n') == 3);
    for (const char* name : {"ppl_wend", "ppl_zfull", "ppl2_wend"}) {
        const auto all = lines(std::string("run/metric-") + name + ".jsonl");
        BOOST_TEST_REQUIRE(all.size() == 1u);
        const auto& line = all[0];
        BOOST_TEST(line["metric"] == name);
        BOOST_TEST(line["snapshot_pkl"] == "small.safetensors");
        BOOST_TEST(line["samples"] == 12);
        const double value = line["results"][name], error = line["standard_error"];
        BOOST_TEST(value > 0);
        BOOST_TEST(error > 0);
        BOOST_TEST(line["interval"][0].get<double>() <= value);
        BOOST_TEST(line["interval"][1].get<double>() >= value);
    }
    // without a crop these two are the same
    BOOST_TEST(lines("run/metric-ppl_wend.jsonl")[0]["results"]["ppl_wend"] ==
               lines("run/metric-ppl2_wend.jsonl")[0]["results"]["ppl2_wend"]);
}

BOOST_FIXTURE_TEST_CASE(batch_and_threads_change_nothing_the_seed_does, WithFeatures) {
    const auto value = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"ppl_wfull", "--json"});
        const Outcome o = calc_few(std::move(more));
        check_success(o);
        return nlohmann::json::parse(o.out)["results"]["ppl_wfull"].get<double>();
    };
    const double first = value({});
    BOOST_TEST(value({"--batch", "5", "--threads", "1"}) == first);
    BOOST_TEST(value({"--batch", "1", "--threads", "2"}) == first);
    BOOST_TEST(value({"--seed", "1"}) != first);
    BOOST_TEST(lines("run/metric-ppl_wfull.jsonl").size() == 4u);  // added, not overwritten
}

BOOST_FIXTURE_TEST_CASE(epsilon_and_crop_are_told, WithFeatures) {
    check_success(calc_few({"ppl_wend", "--epsilon", "0.001"}));
    check_success(calc_few({"ppl_wend"}));
    const auto all = lines("run/metric-ppl_wend.jsonl");
    BOOST_TEST_REQUIRE(all.size() == 2u);
    BOOST_TEST(all[0]["epsilon"] == 1e-3);
    BOOST_TEST(all[1]["epsilon"] == 1e-4);
    BOOST_TEST(all[0]["crop"] == false);  // because of --no-crop
    BOOST_TEST(all[0]["results"]["ppl_wend"] != all[1]["results"]["ppl_wend"]);
}

BOOST_FIXTURE_TEST_CASE(stops_at_a_precision, WithFeatures) {
    const Outcome o = calc(
        {"--vgg", "vgg.safetensors", "--metrics", "ppl2_wend", "--samples", "3000", "--precision", "0.5", "--json"});
    check_success(o);
    const auto line = nlohmann::json::parse(o.out);
    BOOST_TEST(line["samples"] == 1000);
    BOOST_TEST(line["stopped_early"] == true);
}

BOOST_FIXTURE_TEST_CASE(claims_no_certainty_that_few_samples_cannot_give, WithFeatures) {
    for (const char* samples : {"1", "2", "9"}) {
        const Outcome o = calc({"--vgg", "vgg.safetensors", "--metrics", "ppl2_wend", "--samples", samples});
        check_success(o);
        BOOST_TEST(contains(o.out, ", without an interval, which needs 10 samples, "), o.out);
        BOOST_TEST(!contains(o.out, "+-"), o.out);
        const auto line = lines("run/metric-ppl2_wend.jsonl").back();
        BOOST_TEST(line["standard_error"].is_null());
        BOOST_TEST(line["interval"].is_null());
    }
    check_success(calc({"--vgg", "vgg.safetensors", "--metrics", "ppl2_wend", "--samples", "1", "--plot", "one.svg"}));
}

BOOST_FIXTURE_TEST_CASE(writes_where_it_may, WithFeatures) {
    const Outcome o = calc_few({"ppl_wend", "--outdir", "found/here"});
    check_success(o);
    BOOST_TEST(lines("found/here/metric-ppl_wend.jsonl").size() == 1u);
    BOOST_TEST(!std::filesystem::exists(folder / "run/metric-ppl_wend.jsonl"));
    write(folder / "file", "x");
    fail(1, {"--outdir file"}, {"--vgg", "vgg.safetensors", "--metrics", "ppl2_wend", "--outdir", "file"});
    if (::geteuid() == 0) return;  // root may write everywhere
    std::filesystem::permissions(folder / "run",
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
    fail(1, {"run", "cannot be written into", "--outdir names another folder"},
         {"--vgg", "vgg.safetensors", "--metrics", "ppl2_wend", "--samples", "1000000"});
    std::filesystem::permissions(folder / "run", std::filesystem::perms::owner_all);
}

BOOST_FIXTURE_TEST_CASE(draws_what_it_found, WithFeatures) {
    check_success(calc_few({"ppl_wend", "--plot", "one.png"}));
    const stylegan::Image image = stylegan::read_image(folder / "one.png");
    BOOST_TEST(image.width == 960);
    BOOST_TEST(image.height == 320);
    BOOST_TEST(std::count(image.pixels.begin(), image.pixels.end(), 255) < std::ptrdiff_t(image.pixels.size()));
    check_success(calc_few({"ppl_wend,ppl_wfull", "--plot", "two.svg"}));
    for (const char* name : {"two-ppl_wend.svg", "two-ppl_wfull.svg"}) {
        const auto bytes = read(folder / name);
        const std::string svg(bytes.begin(), bytes.end());
        for (const char* part :
             {"<svg xmlns", "<rect", "<polyline", "<polygon", "12 samples", "running mean", "</svg>"})
            BOOST_TEST(contains(svg, part), "expected: " << part);
    }
    fail(1, {"--plot none", "cannot be written into"},
         {"--vgg", "vgg.safetensors", "--metrics", "ppl2_wend", "--plot", "none/x.png"});
    fail(1, {"--plot", "x.gif", ".svg or .png"},
         {"--vgg", "vgg.safetensors", "--metrics", "ppl2_wend", "--plot", "x.gif"});
}

BOOST_FIXTURE_TEST_CASE(refuses_what_cannot_be_evaluated, WithFeatures) {
    fail(2, {"--metrics", "required"}, {});
    fail(2, {"--metrics", "ppl_wend,is50k", "expected names such as ppl_wend"}, {"--metrics", "ppl_wend,is50k"});
    const std::vector<std::string> good{"--vgg", "vgg.safetensors", "--metrics", "ppl2_wend"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), good.begin(), good.end());
        return more;
    };
    fail(2, {"--samples", "\"0\"", "from 1 to"}, with({"--samples", "0"}));
    fail(2, {"--precision", "\"0\"", "from 0.0001"}, with({"--precision", "0"}));
    fail(2, {"--precision", "\"1\""}, with({"--precision", "1"}));
    fail(2, {"--precision", "\"1.5\""}, with({"--precision", "1.5"}));
    fail(2, {"--precision", "\"-0.1\""}, with({"--precision", "-0.1"}));
    fail(2, {"--precision", "\"nan\""}, with({"--precision", "nan"}));
    fail(2, {"--epsilon", "\"0\"", "from 1e-06"}, with({"--epsilon", "0"}));
    fail(2, {"--epsilon", "\"2\""}, with({"--epsilon", "2"}));
    fail(2, {"--samples", "\"many\""}, with({"--samples", "many"}));
    fail(2, {"--seed", "\"-1\""}, with({"--seed", "-1"}));
    fail(2, {"--batch", "\"0\""}, with({"--batch", "0"}));
    fail(1, {"--class", "no labels"}, with({"--class", "0"}));
    fail(1, {"ppl_wend", "16x16", "8x8", "--no-crop"}, {"--vgg", "vgg.safetensors", "--metrics", "ppl2_wend,ppl_wend"});
    check_error(run_program(folder, {"calc-metrics", "--network", "none.safetensors", "--metrics", "ppl_wend"}), 1,
                {"none.safetensors"});
}

BOOST_FIXTURE_TEST_CASE(refuses_features_that_are_none, WithFeatures) {
    const auto refuse = [&](const std::string& file, std::initializer_list<const char*> parts) {
        fail(1, parts, {"--vgg", file, "--metrics", "ppl2_wend", "--samples", "4"});
    };
    refuse("missing.pth", {"missing.pth"});
    refuse("run/small.safetensors", {"small.safetensors", "is no VGG16", "expected 13"});
    write_vgg(folder / "lacking.safetensors", 2, true, "features.12.bias");
    refuse("lacking.safetensors", {"has no tensor \"features.12.bias\""});
    write_vgg(folder / "headless.safetensors", 2, false);
    refuse("headless.safetensors", {"--lpips", "is missing", "headless.safetensors holds none"});
    auto bytes = read(folder / "vgg.safetensors");
    bytes.resize(bytes.size() / 2);
    write(folder / "cut.safetensors", bytes);
    refuse("cut.safetensors", {"cut.safetensors", "cut off"});
    write(folder / "evil.pkl", std::string("\x80\x02"
                                           "cos\nsystem\nq\x00X\x05\x00\x00\x00touchq\x01\x85q\x02Rq\x03.",
                                           33));
    refuse("evil.pkl", {"evil.pkl", "os", "system"});
    write(folder / "unknown.pkl", std::string("\x80\x02"
                                              "cmy.module\nThing\nq\x00)\x81q\x01.",
                                              26));
    refuse("unknown.pkl", {"unknown.pkl", "my.module", "Thing"});
    fail(1, {"--lpips", "without --vgg"}, {"--lpips", "vgg.safetensors", "--metrics", "ppl2_wend"});
    fail(1, {"vgg.safetensors: is no file of LPIPS heads"},
         {"--vgg", "vgg.safetensors", "--lpips", "vgg.safetensors", "--metrics", "ppl2_wend"});
}

BOOST_FIXTURE_TEST_CASE(runs_out_of_the_box, WithFeatures, *needs_example_data("cifar-vgg.safetensors")) {
    const Outcome o = calc({"--metrics", "ppl2_wend", "--samples", "4"});
    check_success(o);
    BOOST_TEST(contains(o.out, "features that come with this program"));
    BOOST_TEST(contains(o.out, "(cifar-vgg features, not comparable with published values)"));
    const auto line = lines("run/metric-ppl2_wend.jsonl")[0];
    BOOST_TEST(line["features"] == "cifar-vgg");
    const Outcome json = calc({"--metrics", "ppl2_wend", "--samples", "4", "--json"});
    BOOST_TEST(json.status == 0);
    BOOST_TEST(nlohmann::json::parse(json.out)["results"] == line["results"]);
}

BOOST_AUTO_TEST_SUITE_END()
