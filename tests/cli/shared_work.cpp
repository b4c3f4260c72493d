// SPDX-License-Identifier: Apache-2.0
// Commands whose work several processes share: what they write is what one process writes.
#include "cli/launched_ranks.hpp"
#include "cli/training_run.hpp"
#include "cli/write_network.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(shared_work, *test::needs_ranks())

using namespace test;

/// A network for pictures of 16x16, and 60 such pictures.
struct Shared : TrainingFolder {
    Shared() {
        write_pictures("faces", 60, 16, 16);
        write_network(folder / "network.safetensors");
    }

    /// What a command prints with `ranks` processes; 0: without a launcher.
    [[nodiscard]] Outcome on(int ranks, const std::string& arguments) const {
        const Outcome o = run_script(
            folder, (ranks == 0 ? std::string("$stylegan ") : launch(ranks) + ' ') + arguments + " --threads 1");
        check_rank_success(o);
        return o;
    }
    /// Lines of JSON without times.
    [[nodiscard]] static std::vector<nlohmann::json> lasting(const std::string& out) {
        std::vector<nlohmann::json> all;
        std::istringstream lines(out);
        for (std::string line; std::getline(lines, line);) {
            nlohmann::json json = nlohmann::json::parse(line);
            for (const char* name : {"total_time", "total_time_str", "timestamp"}) json.erase(name);
            all.push_back(json);
        }
        return all;
    }
};

BOOST_FIXTURE_TEST_CASE(metrics_of_a_network, Shared) {
    const std::string command =
        "calc-metrics --network network.safetensors --data faces --metrics fd50,kd50,ppl_wend,ppl2_wend --samples 260 "
        "--no-crop --json --outdir ";
    const auto one = lasting(on(0, command + "one --cache 0").out);
    BOOST_TEST(one.size() == 4u);
    BOOST_TEST((lasting(on(3, command + "three").out) == one));  // writes the features of the data set
    BOOST_TEST((lasting(on(2, command + "two").out) == one));    // reads them
    BOOST_TEST((lasting(content("two/metric-ppl_wend.jsonl")) == lasting(content("one/metric-ppl_wend.jsonl"))));
}

BOOST_FIXTURE_TEST_CASE(metrics_of_a_run, Shared) {
    check_success(train({"--data", "faces", "--snap", "1"}));
    const auto run = *std::filesystem::directory_iterator(folder / "runs");
    const std::string command = "calc-metrics --run " + run.path().string() + " --metrics fd10 --json --outdir ";
    const auto one = lasting(on(0, command + "one").out);
    BOOST_TEST(one.size() == 2u);
    BOOST_TEST((lasting(on(2, command + "two").out) == one));
    BOOST_TEST((lasting(on(2, command + "two").out) == one));  // all is measured
    BOOST_TEST((content("one/metric-fd10.png") == content("two/metric-fd10.png")));
}

BOOST_FIXTURE_TEST_CASE(sets_of_pictures, Shared) {
    write_pictures("others", 33, 16, 16);
    const auto one = lasting(on(0, "fid faces others --json --cache 0").out);
    BOOST_TEST(one.size() == 4u);
    BOOST_TEST((lasting(on(4, "fid faces others --json").out) == one));
}

BOOST_FIXTURE_TEST_CASE(pictures_of_many_seeds, Shared) {
    for (const std::string more : {"", " --noise-mode random"}) {
        const std::string command = "generate --network network.safetensors --seeds 5-11" + more + " --outdir ";
        const Outcome one = on(0, command + "one"), three = on(3, command + "two");
        BOOST_TEST(three.out == "7 pictures of 16x16 in two: seed0005.png ... seed0011.png\n");
        for (int seed = 5; seed <= 11; ++seed) {
            const std::string name = stylegan::text("/seed", seed < 10 ? "000" : "00", seed, ".png");
            BOOST_TEST((content("one" + name) == content("two" + name)), name);
        }
    }
    (void)on(4, "generate --network network.safetensors --seeds 1,2 --outdir few");  // more processes than pictures
    BOOST_TEST(content("few/seed0002.png") != "");
    check_rank_error(
        run_script(folder, launch(2) + " generate --network network.safetensors --seeds 0-3 --grid 2x2 --outdir g"),
        "--grid: is given to 2 processes (ranks), expected one");
}

BOOST_AUTO_TEST_SUITE_END()
