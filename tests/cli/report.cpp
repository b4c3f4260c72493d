// SPDX-License-Identifier: Apache-2.0
#include "cli/training_run.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <string>

BOOST_AUTO_TEST_SUITE(report)

using namespace test;

namespace {

/// The JSON that a page holds.
nlohmann::json data_of(const std::string& page) {
    const std::string begin = "<script type=\"application/json\" id=\"data\">";
    const std::size_t from = page.find(begin);
    BOOST_REQUIRE(from != std::string::npos);
    const std::size_t to = page.find("</script>", from);
    return nlohmann::json::parse(page.substr(from + begin.size(), to - from - begin.size()));
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_run_keeps_one, TrainingFolder) {
    check_success(train({"--aug", "ada"}));
    const std::string run = "runs/00000-pictures-cfgf-8x8-batch8-gamma0.078-ada";
    const nlohmann::json data = data_of(content(run + "/report.html"));
    BOOST_REQUIRE(data.size() == 1u);
    const nlohmann::json& r = data[0];
    BOOST_TEST(r["name"] == "00000-pictures-cfgf-8x8-batch8-gamma0.078-ada");
    BOOST_TEST(r["series"]["Progress/kimg"].size() == 2u);
    BOOST_TEST(r["series"]["Progress/augment"].size() == 2u);
    BOOST_TEST(r["series"]["Loss/G/loss"][1].is_number());
    BOOST_TEST(r["settings"]["training"]["augment"] == "ada");
    BOOST_REQUIRE(r["commands"].size() == 1u);
    BOOST_TEST(r["commands"][0].get<std::string>().starts_with("stylegan train --data "));
    BOOST_TEST(contains(r["commands"][0].get<std::string>(), " --aug ada"));
    BOOST_TEST(r["fakes"][0]["src"].get<std::string>().starts_with("data:image/png;base64,iVBORw0KGgo"));
    BOOST_TEST(r["reals"].get<std::string>().starts_with("data:image/png;base64,"));

    check_success(run_program(folder, {"train", "--resume", run, "--kimg", "0.064"}));
    const nlohmann::json later = data_of(content(run + "/report.html"));
    BOOST_TEST(later[0]["series"]["Progress/kimg"].size() == 4u);
    BOOST_TEST(later[0]["commands"].size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(runs_are_compared, TrainingFolder) {
    check_success(train({}));
    check_success(train({"--lr", "0.01"}));
    const std::string second = "runs/00001-pictures-cfgf-8x8-batch8-gamma0.078";
    write(folder / (second + "/metric-fd100.jsonl"),
          "{\"results\":{\"fd100\":12.5},\"standard_error\":{\"fd100\":0.5},"
          "\"snapshot_pkl\":\"network-snapshot-000003-250.safetensors\"}\n"
          "{\"results\":{\"fd100\":NaN}}\nno JSON\n{\"results\":{\"fd100\":7},\"snapshot_pkl\":\"other\"}\n");
    const Outcome o = run_program(folder, {"report", first_run, second, "--out", "both.html"});
    check_success(o);
    BOOST_TEST(o.out == "both.html\n");
    const nlohmann::json data = data_of(content("both.html"));
    BOOST_REQUIRE(data.size() == 2u);
    BOOST_REQUIRE(data[1]["metrics"]["fd100"].size() == 1u);
    const nlohmann::json& point = data[1]["metrics"]["fd100"][0];
    BOOST_TEST(point["kimg"] == 3.25);
    BOOST_TEST(point["value"] == 12.5);
    BOOST_TEST(point["error"] == 0.5);
    BOOST_TEST(data[0]["settings"]["training"]["lr"] != data[1]["settings"]["training"]["lr"]);
}

// Names of files and lines of a log come from others.
BOOST_FIXTURE_TEST_CASE(no_text_of_a_run_becomes_part_of_the_page, TrainingFolder) {
    check_success(train({}));
    const std::string evil = "</script><script>document.title = 'changed'</script>";
    write(folder / (first_run + "/commands.txt"), evil + "\n");
    write(folder / (first_run + "/log.txt"), "Stopped " + evil + "\n\xff\xfe\n");
    check_success(run_program(folder, {"report", first_run}));
    const std::string page = content("report.html");
    BOOST_TEST(!contains(page, evil));
    BOOST_TEST(data_of(page)[0]["commands"][0] == evil);
}

BOOST_FIXTURE_TEST_CASE(what_is_no_run_is_named, TrainingFolder) {
    check_error(run_program(folder, {"report", "pictures"}), 1,
                {"pictures: is no run folder, expected one with training_options.json or snapshots"});
    BOOST_TEST(!std::filesystem::exists(folder / "report.html"));
    check_success(train({}));
    check_error(run_program(folder, {"report", first_run, "--out", "nowhere/report.html"}), 1, {"nowhere/report.html"});
}

BOOST_TEST_DECORATOR(*needs("chromium --version"))
BOOST_FIXTURE_TEST_CASE(a_browser_draws_it, TrainingFolder) {
    check_success(train({}));
    const std::string dom = (folder / "dom.txt").string();
    const std::string command = "chromium --headless --no-sandbox --disable-gpu --dump-dom 'file://" +
                                (folder / (first_run + "/report.html")).string() + "' > '" + dom + "' 2> /dev/null";
    BOOST_REQUIRE(std::system(command.c_str()) == 0);
    const std::string page = content("dom.txt");
    for (const char* part : {"<h1>00000-pictures", "<h3>Losses</h3>", "aria-label=\"Losses: generator ", "<path d=\"M",
                             "aria-label=\"Generated pictures over time\"", "thousand pictures"})
        BOOST_TEST(contains(page, part), part);
}

BOOST_AUTO_TEST_SUITE_END()
