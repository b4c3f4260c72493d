// SPDX-License-Identifier: Apache-2.0
#include "cli/run_program.hpp"
#include "cli/write_network.hpp"

#include <stylegan/core/philox.hpp>
#include <stylegan/io/pictures/png.hpp>
#include <stylegan/io/tensors/safetensors_writer.hpp>
#include <stylegan/models/inception_layers.hpp>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <utility>
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

    /// The files with features, sorted.
    [[nodiscard]] std::vector<std::string> cache_files() const {
        std::vector<std::string> all;
        for (const std::string& name : folder.files())
            if (contains(name, ".features-")) all.push_back(name);
        std::sort(all.begin(), all.end());
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

BOOST_FIXTURE_TEST_CASE(features_are_kept_beside_the_pictures, WithPictureSets) {
    const Outcome without = run({"fid", "a", "b", "--json", "--cache", "0"});
    check_success(without);
    BOOST_TEST(cache_files().empty());
    const auto first = results(run({"fid", "a", "b", "--json"}).out);
    BOOST_TEST((first == results(without.out)));
    const std::vector<std::string> files = cache_files();
    BOOST_TEST_REQUIRE(files.size() == 2u);
    BOOST_TEST(files[0].starts_with("a.features-"));
    BOOST_TEST(files[1].starts_with("b.features-"));
    const Outcome again = run({"fid", "a", "b", "--json"});
    check_success(again);
    BOOST_TEST((results(again.out) == first));

    const auto good = read(folder / files[0]);
    auto bad = good;
    bad[bad.size() / 2] ^= 1;
    write(folder / files[0], bad);
    const Outcome damaged = run({"fid", "a", "b", "--json"});
    BOOST_TEST(damaged.status == 0);
    BOOST_TEST(contains(damaged.err, files[0]));
    BOOST_TEST(contains(damaged.err, "computed anew"));
    BOOST_TEST((results(damaged.out) == first));
    BOOST_TEST((read(folder / files[0]) == good));

    write_pictures("a", 1, 16, 3, 9);  // another first picture
    const Outcome changed = run({"fid", "a", "b", "--json"});
    check_success(changed);
    BOOST_TEST((results(changed.out) != first));
    BOOST_TEST(cache_files().size() == 3u);
}

BOOST_FIXTURE_TEST_CASE(features_of_another_network_are_not_used, WithPictureSets) {
    const auto first = results(run({"fid", "a", "b", "--json"}).out);
    const std::vector<std::string> files = cache_files();
    BOOST_TEST_REQUIRE(files.size() == 2u);
    std::filesystem::copy_file(folder / files[0], folder / files[1], std::filesystem::copy_options::overwrite_existing);
    const Outcome foreign = run({"fid", "a", "b", "--json"});
    BOOST_TEST(foreign.status == 0);
    BOOST_TEST(contains(foreign.err, files[1]));
    BOOST_TEST(contains(foreign.err, "holds other features"));
    BOOST_TEST(std::count(foreign.err.begin(), foreign.err.end(), '\n') == 1);
    BOOST_TEST((results(foreign.out) == first));
    check_error(run({"fid", "a", "b", "--inception", files[0]}), 1,
                {files[0].c_str(), "is no Inception network of FID"});
}

BOOST_FIXTURE_TEST_CASE(pictures_of_a_folder_without_room_beside_it_are_measured, WithPictureSets) {
    const std::string name(245, 'n');  // its cache file would have too long a name
    std::filesystem::rename(folder / "a", folder / name);
    const Outcome o = run({"fid", name, "b", "--json"});
    BOOST_TEST(o.status == 0);
    BOOST_TEST(contains(o.err, "features are not kept"));
    BOOST_TEST(std::count(o.err.begin(), o.err.end(), '\n') == 1);
    BOOST_TEST(results(o.out).at("fd") > 0);
    check_success(run({"fid", name, "b", "--json", "--cache", "0"}));
}

/// A file with the names and shapes of the Inception network whose features exceed the largest number.
void write_overflowing_inception(const std::filesystem::path& path) {
    stylegan::SafetensorsWriter writer;
    const auto add = [&](const std::string& name, std::vector<stylegan::Index> shape, float value) {
        std::size_t size = 1;
        for (const stylegan::Index n : shape) size *= static_cast<std::size_t>(n);
        writer.add(name, std::move(shape), std::vector<float>(size, value));
    };
    for (const stylegan::InceptionLayer& l : stylegan::inception_layers) {
        const std::string base = "layers." + std::string(l.torchscript) + '.';
        add(base + "weight", {l.outputs, l.inputs, l.window.height, l.window.width}, 0);
        add(base + "beta", {l.outputs}, 3e38F);
        add(base + "mean", {l.outputs}, 0);
        add(base + "var", {l.outputs}, 1);
    }
    add("output.weight", {1008, 2048}, 0);
    add("output.bias", {1008}, 0);
    writer.write(path);
}

BOOST_FIXTURE_TEST_CASE(features_that_are_not_finite_are_told, WithPictureSets) {
    write_overflowing_inception(folder / "large.safetensors");
    check_error(run({"fid", "a", "b", "--inception", "large.safetensors", "--most", "4"}), 1,
                {"a: feature 0 of picture 0 is", "expected a finite number", "inception-2015-12-05, official"});
    BOOST_TEST(cache_files().empty());
}

BOOST_FIXTURE_TEST_CASE(extrapolates_to_infinitely_many_pictures, WithPictureSets) {
    const std::vector<std::string> start{"calc-metrics", "--network", "small.safetensors", "--data", "b",
                                         "--json",       "--metrics"};
    const auto calc = [&](std::vector<std::string> more) {
        more.insert(more.begin(), start.begin(), start.end());
        return run(more);
    };
    const Outcome o = calc({"fd1840_full,kd20_full", "--extrapolate"});
    check_success(o);
    const auto found = results(o.out);
    BOOST_TEST(found.size() == 3u);
    BOOST_TEST(found.at("fd1840_full_infinity") > 0);
    BOOST_TEST(found.at("fd1840_full_infinity") < found.at("fd1840_full"));
    check_error(calc({"fd20_full", "--extrapolate"}), 1,
                {"--extrapolate", "fd20_full has 20 generated pictures", "expected at least 1840"});
    check_error(calc({"kd20_full", "--extrapolate"}), 1, {"--extrapolate", "expected fid or fd"});
    check_error(run({"fid", "a", "b", "--extrapolate"}), 1, {"--extrapolate", "fd has 12", "expected at least 1840"});
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
    check_error(calc({"--metrics", "pr1k3_full", "--data", "few"}), 1, {"--data few has 3 pictures", "k is 3"});
    check_error(calc({"--metrics", "kd20_full", "--data", "few"}), 1, {"--data few has 3 pictures", "at least 4"});
    check_error(calc({"--metrics", "kd3", "--data", "b"}), 1, {"kd3: is of 3 pictures", "at least 4"});
    check_error(run({"fid", "a", "few"}), 1, {"few: there are 3 pictures", "at least 4"});
    write_pictures("alpha", 4, 16, 4, 3);
    check_error(run({"fid", "a", "alpha"}), 1, {"alpha", "4 channels"});
}

BOOST_AUTO_TEST_SUITE_END()
