// SPDX-License-Identifier: Apache-2.0
#include "cli/training_run.hpp"
#include "io/event_file.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(train_tensorboard)

using namespace test;

struct Runs : TrainingFolder {
    /// The event files of the first run, in the order in which TensorBoard reads them.
    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> found;
        for (const std::string& name : folder.files())
            if (contains(name, "tfevents")) found.push_back(name);
        std::sort(found.begin(), found.end());
        return found;
    }
    /// What TensorBoard shows of them: the events that a later restart does not undo.
    [[nodiscard]] std::vector<Event> events() const {
        std::vector<Event> all;
        for (const std::string& name : files())
            for (const Event& e : read_events(content(name))) {
                if (e.restart) std::erase_if(all, [&](const Event& earlier) { return earlier.step >= e.step; });
                if (!e.restart && e.version.empty()) all.push_back(e);
            }
        return all;
    }
    /// The means of stats.jsonl by tick and name.
    [[nodiscard]] std::vector<std::map<std::string, float>> statistics() const {
        std::vector<std::map<std::string, float>> ticks;
        std::istringstream lines(content(run + "/stats.jsonl"));
        for (std::string line; std::getline(lines, line);) {
            auto& tick = ticks.emplace_back();
            const nlohmann::json json = nlohmann::json::parse(line);
            for (const auto& [name, value] : json.items())
                if (value.is_object()) tick[name] = static_cast<float>(value["mean"].get<double>());
        }
        return ticks;
    }
    /// Compares the scalars of all ticks with stats.jsonl.
    void check_scalars() const {
        const auto ticks = statistics();
        std::size_t found = 0;
        for (const Event& e : events()) {
            if (e.scalars.count("Progress/tick") == 0) continue;
            BOOST_REQUIRE(found < ticks.size());
            BOOST_TEST((e.scalars == ticks[found]), "tick " << found + 1);
            BOOST_TEST(e.step == std::int64_t{16} * static_cast<std::int64_t>(++found));
        }
        BOOST_TEST(found == ticks.size());
    }

    std::string run = first_run;
};

BOOST_FIXTURE_TEST_CASE(a_run_writes_what_it_measures_and_draws, Runs) {
    write_pictures("pictures", 12, 16, 16);  // the least that metrics take
    run = "runs/00000-pictures-cfgf-16x16-batch8-gamma0.156";
    check_success(train({"--outdir", "without"}));
    BOOST_TEST(files().empty());
    check_success(train({"--tensorboard", "--metrics", "fd8_full", "--kimg", "0.064", "--snap", "2"}));
    BOOST_REQUIRE(files().size() == 1u);
    BOOST_TEST(contains(files()[0], run + "/events.out.tfevents."));
    const std::string content_of_file = content(files()[0]);
    const auto all = read_events(content_of_file);
    BOOST_TEST(all.at(0).version == "brain.Event:2");
    BOOST_TEST((all.at(1).restart && all.at(1).step == 1));
    for (std::size_t i = 1; i < all.size(); ++i) BOOST_TEST((all[i].time >= all[i - 1].time && all[i].time > 1.6e9));
    check_scalars();

    std::map<std::int64_t, std::string> sheets, metrics;
    for (const Event& e : events()) {
        if (e.pictures.count("fakes") > 0) sheets[e.step] = e.pictures.at("fakes").png;
        if (e.scalars.count("Metrics/fd8_full") > 0) metrics[e.step] = std::to_string(e.scalars.at("Metrics/fd8_full"));
    }
    BOOST_TEST((sheets == std::map<std::int64_t, std::string>{{0, content(run + "/fakes_init.png")},
                                                              {32, content(run + "/fakes000000.png")},
                                                              {64, content(run + "/fakes000000-064.png")}}));
    std::istringstream lines(content(run + "/metric-fd8_full.jsonl"));
    std::int64_t step = 0;
    for (std::string line; std::getline(lines, line);) {
        const auto value = static_cast<float>(nlohmann::json::parse(line)["results"]["fd8_full"].get<double>());
        BOOST_TEST(metrics[step += 32] == std::to_string(value));
    }
    BOOST_TEST(step == 64);
}

BOOST_FIXTURE_TEST_CASE(a_resumed_run_starts_a_further_file, Runs) {
    check_success(train({"--tensorboard", "--kimg", "0.064"}));
    write(folder / (first_run + "/events.out.tfevents.4000000000.zzz"), "");  // of a machine whose clock is ahead
    check_success(run_program(folder, {"train", "--resume", first_run, "--kimg", "0.128"}));
    BOOST_TEST(files().size() == 3u);
    BOOST_TEST(contains(files().back(), "tfevents.4000000001."));
    check_scalars();
    const Outcome o = run_program(folder, {"train", "--resume", first_run, "--kimg", "0.16", "--tensorboard", "0"});
    check_success(o);
    BOOST_TEST(contains(o.out, "--tensorboard true -> false"), o.out);
    BOOST_TEST(files().size() == 3u);
}

BOOST_FIXTURE_TEST_CASE(what_a_killed_run_wrote_after_its_snapshot_does_not_count, Runs) {
    auto flags = arguments({"--data", "pictures", "--outdir", "runs", "--kimg", "1000", "--tick", "0.016", "--snap",
                            "8", "--tensorboard"});
    Program program(folder.path(), flags);
    for (int i = 0; i < 6000 && !contains(program.printed(), "tick 13 "); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    program.signal(SIGKILL);
    BOOST_TEST(program.wait().status == 128 + SIGKILL);
    check_success(run_program(folder, {"train", "--resume", first_run, "--kimg", "0.512"}));
    BOOST_TEST(files().size() == 2u);
    BOOST_TEST(statistics().size() == 32u);
    check_scalars();
}

const std::string python = "${STYLEGAN_PYTHON:-/usr/bin/python3}";
const std::string reader = "from tensorboard.backend.event_processing.event_accumulator import EventAccumulator";

BOOST_TEST_DECORATOR(*needs(python + " -c '" + reader + "'"))
BOOST_FIXTURE_TEST_CASE(tensorboard_reads_it, Runs) {
    check_success(train({"--tensorboard", "--kimg", "0.064"}));
    check_success(run_program(folder, {"train", "--resume", first_run, "--kimg", "0.096"}));
    write(folder / "read.py", reader +
                                  "\n"
                                  "a = EventAccumulator('" +
                                  first_run +
                                  "', size_guidance={'scalars': 0, 'images': 0})\n"
                                  "a.Reload()\n"
                                  "print([(e.step, e.value) for e in a.Scalars('Progress/tick')])\n"
                                  "print(len(a.Tags()['scalars']), [(e.step, e.width) for e in a.Images('fakes')])\n");
    const Outcome o = run_script(folder, python + " read.py 2> /dev/null");
    check_success(o);
    BOOST_TEST(o.out == "[(16, 1.0), (32, 2.0), (48, 3.0), (64, 4.0), (80, 5.0), (96, 6.0)]\n" +
                            std::to_string(statistics().at(0).size()) + " [(0, 96), (64, 96), (96, 96)]\n");
}

BOOST_AUTO_TEST_SUITE_END()
