// SPDX-License-Identifier: Apache-2.0
#include "cli/run_program.hpp"
#include "cli/write_network.hpp"

#include <stylegan/core/philox.hpp>
#include <stylegan/io/pictures/png.hpp>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(fid)

using namespace test;

/// Two folders of random pictures of 16x16, and a network for such pictures.
struct WithPictureSets {
    WithPictureSets() {
        write_pictures("a", 12, 16, 3, 1);
        write_pictures("b", 14, 16, 3, 2);
        write_network(folder / "small.safetensors");
    }
    void write_pictures(const std::string& name, int count, int side, int channels, std::uint64_t seed) const {
        std::filesystem::create_directories(folder / name);
        for (int k = 0; k < count; ++k) {
            stylegan::Image image(side, side, channels);
            const stylegan::RandomStream random(seed, static_cast<std::uint64_t>(k), stylegan::Purpose::test);
            const auto base = static_cast<std::uint8_t>(random.below(1000000, 128));
            for (std::size_t i = 0; i < image.pixels.size(); ++i)
                image.pixels[i] = static_cast<std::uint8_t>(base + random.below(i, 64 * seed));
            stylegan::write_png(folder / name / ("p" + std::to_string(k) + ".png"), image);
        }
    }
    [[nodiscard]] Outcome run(std::vector<std::string> arguments) const { return run_program(folder, arguments); }

    /// The results of all lines of JSON, by their names.
    [[nodiscard]] static std::map<std::string, double> results(const std::string& out) {
        std::map<std::string, double> all;
        std::istringstream lines(out);
        for (std::string line; std::getline(lines, line);) {
            const nlohmann::json json = nlohmann::json::parse(line);
            for (const auto& [name, value] : json.at("results").items()) {
                all[name] = value.get<double>();
                BOOST_TEST(json.at("standard_error").at(name).get<double>() >= 0);
            }
        }
        return all;
    }

    TemporaryFolder folder;
};

BOOST_FIXTURE_TEST_CASE(compares_two_folders, WithPictureSets) {
    const Outcome two = run({"fid", "a", "b", "--json"}), same = run({"fid", "a", "a", "--json"});
    check_success(two);
    check_success(same);
    const auto found = results(two.out), none = results(same.out);
    BOOST_TEST(found.size() == 6u);
    BOOST_TEST(found.at("fd") > 0);
    BOOST_TEST(std::abs(none.at("fd")) < 1e-6 * found.at("fd"));
    BOOST_TEST(none.at("pr_precision") == 1.0);
    BOOST_TEST(none.at("pr_recall") == 1.0);
    BOOST_TEST(none.at("dc_coverage") == 1.0);
    const Outcome words = run({"fid", "a", "b"});
    check_success(words);
    BOOST_TEST(contains(words.out, "12 generated and 14 real pictures"));
    BOOST_TEST(contains(words.out, "not comparable with published values"));
}

BOOST_FIXTURE_TEST_CASE(batch_and_threads_do_not_matter, WithPictureSets) {
    const auto one = results(run({"fid", "a", "b", "--json", "--batch", "1", "--threads", "1"}).out);
    const auto five = results(run({"fid", "a", "b", "--json", "--batch", "5", "--threads", "3"}).out);
    BOOST_TEST((one == five));
    const auto fewer = results(run({"fid", "a", "b", "--json", "--most", "8"}).out);
    BOOST_TEST(fewer.at("fd") != one.at("fd"));
}

BOOST_FIXTURE_TEST_CASE(measures_a_network, WithPictureSets) {
    const std::vector<std::string> start{"calc-metrics", "--network", "small.safetensors", "--data", "b",
                                         "--json",       "--metrics"};
    const auto calc = [&](std::vector<std::string> more) {
        more.insert(more.begin(), start.begin(), start.end());
        return run(more);
    };
    const Outcome all = calc({"fd20_full,kd20_full,fd9"});
    check_success(all);
    const auto found = results(all.out);
    BOOST_TEST(found.size() == 3u);
    BOOST_TEST(found.at("fd20_full") > 0);
    BOOST_TEST(std::filesystem::exists(folder / "metric-fd20_full.jsonl"));
    BOOST_TEST(std::filesystem::exists(folder / "metric-kd20_full.jsonl"));
    BOOST_TEST(
        (results(calc({"fd20_full", "--batch", "3", "--threads", "1"}).out).at("fd20_full") == found.at("fd20_full")));
    BOOST_TEST((results(calc({"fd20_full", "--seed", "1"}).out).at("fd20_full") != found.at("fd20_full")));
    BOOST_TEST((results(calc({"fd20_full", "--trunc", "0.5"}).out).at("fd20_full") != found.at("fd20_full")));
}

BOOST_FIXTURE_TEST_CASE(refuses_what_does_not_fit, WithPictureSets) {
    const auto calc = [&](std::vector<std::string> more) {
        std::vector<std::string> all{"calc-metrics", "--network", "small.safetensors"};
        all.insert(all.end(), more.begin(), more.end());
        return run(all);
    };
    check_error(run({"fid", "a"}), 2, {"B", "required"});
    check_error(run({"fid", "a", "none"}), 1, {"none"});
    check_error(run({"fid", "a", "b", "--inception", "small.safetensors"}), 1,
                {"small.safetensors", "is no Inception network of FID"});
    check_error(run({"fid", "a", "b", "--resize", "tf"}), 2, {"--resize", "official, pytorch-fid or clean"});
    check_error(calc({"--metrics", "fid50k_full", "--data", "b"}), 1,
                {"fid50k_full", "--inception FILE", "fd50k_full"});
    check_error(calc({"--metrics", "fd20_full"}), 1, {"--data", "is missing"});
    check_error(calc({"--metrics", "fd1"}), 2, {"--metrics", "fid50k_full"});
    write_pictures("large", 4, 32, 3, 3);
    check_error(calc({"--metrics", "fd20_full", "--data", "large"}), 1, {"--data large", "32x32", "16x16"});
    write_pictures("few", 3, 16, 3, 3);
    check_error(calc({"--metrics", "pr1k3_full", "--data", "few"}), 1, {"k is 3", "3 pictures"});
    write_pictures("alpha", 4, 16, 4, 3);
    check_error(run({"fid", "a", "alpha"}), 1, {"alpha", "4 channels"});
}

BOOST_AUTO_TEST_SUITE_END()
