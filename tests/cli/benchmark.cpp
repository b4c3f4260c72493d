// SPDX-License-Identifier: Apache-2.0
#include "cli/run_program.hpp"
#include "cli/write_network.hpp"

#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/io/tensors/npy.hpp>

#include <nlohmann/json.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(benchmark)

using namespace test;

const std::vector<std::string> sizes{"--resolution", "16",       "--fmap-base", "128",    "--fmap-max",
                                     "16",           "--latent", "12",          "--reps", "3"};

Outcome benchmark_of_sizes(const TemporaryFolder& folder, const std::vector<std::string>& more) {
    std::vector<std::string> all{"benchmark"};
    all.insert(all.end(), sizes.begin(), sizes.end());
    all.insert(all.end(), more.begin(), more.end());
    return run_program(folder, all);
}

/// The one line of JSON in the output, with the keys of every such line checked.
nlohmann::json line_of(const Outcome& o) {
    check_success(o);
    BOOST_TEST(std::count(o.out.begin(), o.out.end(), '\n') == 1);
    const nlohmann::json json = nlohmann::json::parse(o.out);
    BOOST_TEST(json["peer"].get<std::string>().starts_with("stylegan-cpp "));
    BOOST_TEST(json["min"].get<double>() > 0);
    BOOST_TEST(json["min"].get<double>() <= json["median"].get<double>());
    BOOST_TEST(json["median"].get<double>() <= json["max"].get<double>());
    BOOST_TEST(json["peak_rss_mb"].get<int>() > 0);
    return json;
}

BOOST_AUTO_TEST_CASE(prints_a_line_of_json) {
    const TemporaryFolder folder;
    const nlohmann::json g = line_of(benchmark_of_sizes(folder, {"--json", "--batch", "3", "--threads", "2"}));
    BOOST_TEST(g["kind"] == "infer seconds/image");
    BOOST_TEST(g["res"] == 16);
    BOOST_TEST(g["batch"] == 3);
    BOOST_TEST(g["threads"] == 2);
    BOOST_TEST(!g.contains("relative_error"));

    const nlohmann::json t = line_of(benchmark_of_sizes(folder, {"--json", "--what", "train", "--threads", "1"}));
    BOOST_TEST(t["kind"] == "train seconds/image (D with R1 every step, G, Adam, EMA)");
    BOOST_TEST(t["batch"] == 8);
    BOOST_TEST(t["threads"] == 1);
    BOOST_TEST(t["fmap_base"] == 128);
    BOOST_TEST(t["fmap_max"] == 16);
    BOOST_TEST(folder.files().empty());
}

BOOST_AUTO_TEST_CASE(tells_layers) {
    const TemporaryFolder folder;
    const nlohmann::json json = line_of(benchmark_of_sizes(folder, {"--json", "--profile", "--threads", "1"}));
    double convolutions = 0;
    for (const auto& layer : json.at("layers")) {
        BOOST_TEST(layer.at("seconds").get<double>() >= 0);
        if (contains(layer.at("layer").get<std::string>(), "convolution")) {
            ++convolutions;
            BOOST_TEST(layer.at("multiply_adds").get<double>() > 0);
            BOOST_TEST(layer.at("bytes").get<double>() > 0);
        }
    }
    BOOST_TEST(convolutions == 5);  // one of the first stage, two of each other
    const Outcome table = benchmark_of_sizes(folder, {"--profile", "--threads", "1"});
    check_success(table);
    for (const char* part : {"layer", "GFLOP/s", "mapping", "4x4/Conv/convolution", "16x16/Conv0_up/up-convolution"})
        BOOST_TEST(contains(table.out, part), part);
    check_error(benchmark_of_sizes(folder, {"--what", "train", "--profile"}), 2,
                {"--profile: is given with --what train"});
}

BOOST_AUTO_TEST_CASE(measures_pairs_of_pictures) {
    const TemporaryFolder folder;
    const nlohmann::json json =
        line_of(run_program(folder, {"benchmark", "--what", "lpips", "--resolution", "16", "--batch", "2", "--reps",
                                     "3", "--threads", "1", "--json"}));
    BOOST_TEST(json["kind"] == "lpips seconds/pair");
    BOOST_TEST(json["res"] == 16);
    BOOST_TEST(json["batch"] == 2);
    BOOST_TEST(!json.contains("fmap_base"));
    check_error(run_program(folder, {"benchmark", "--what", "lpips", "--resolution", "8"}), 1,
                {"--resolution: is 8, expected at least 16"});
}

BOOST_AUTO_TEST_CASE(prints_words) {
    const TemporaryFolder folder;
    const Outcome o = benchmark_of_sizes(folder, {"--threads", "1"});
    check_success(o);
    BOOST_TEST(o.out.starts_with("Generating 16x16 pictures, batch 1, 1 thread, 3 runs after 3 warm-up runs"));
    for (const char* part : {"Seconds per picture  median ", "min ", "max ", "Peak memory ", " MiB\n"})
        BOOST_TEST(contains(o.out, part), part);
}

BOOST_AUTO_TEST_CASE(compares_with_expected_pictures) {
    const TemporaryFolder folder;
    write_network(folder / "small.safetensors");
    const auto z = stylegan::latents_of_seeds({1, 2}, 12);
    stylegan::write_npy(folder / "z.npy", {2, 12}, z.data());
    check_success(run_program(
        folder, {"generate", "--network", "small.safetensors", "--latents", "z.npy", "--raw", "--outdir", "."}));
    const auto error = [&] {
        return line_of(run_program(folder, {"benchmark", "--network", "small.safetensors", "--z", "z.npy", "--expect",
                                            "images.npy", "--json"}))
            .at("relative_error")
            .get<double>();
    };
    BOOST_TEST(error() == 0);
    auto pictures = stylegan::read_npy(folder / "images.npy");
    float largest = 0;
    for (const float v : pictures.values) largest = std::max(largest, std::abs(v));
    pictures.values[5] = pictures.values[5] > 0 ? pictures.values[5] - largest / 2 : pictures.values[5] + largest / 2;
    stylegan::write_npy(folder / "images.npy", pictures.shape, pictures.values.data());
    BOOST_TEST(error() == 0.5, boost::test_tools::tolerance(0.01));
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    const TemporaryFolder folder;
    check_error(run_program(folder, {"benchmark", "--resolution", "33"}), 2,
                {"--resolution: is 33, expected a power of two"});
    check_error(run_program(folder, {"benchmark", "--resolution", "1024", "--fmap-base", "3"}), 1, {"fmap_base"});
    check_error(run_program(folder, {"benchmark", "--network", "n.safetensors", "--resolution", "32"}), 2,
                {"--network", "--resolution"});
    check_error(run_program(folder, {"benchmark", "--network", "n.safetensors"}), 1,
                {"n.safetensors: cannot be opened"});
    check_error(run_program(folder, {"benchmark", "--z", "z.npy"}), 2, {"--z", "--network"});
    check_error(benchmark_of_sizes(folder, {"--what", "nothing"}), 2,
                {"--what: is \"nothing\", expected generate, train or lpips"});
    check_error(benchmark_of_sizes(folder, {"--what", "train", "--batch", "6"}), 1,
                {"--batch: is 6, expected less than 4 or a multiple of 4"});

    write_network(folder / "small.safetensors");
    const std::vector<float> numbers(3 * 3 * 16 * 16);
    stylegan::write_npy(folder / "z.npy", {3, 12}, numbers.data());
    stylegan::write_npy(folder / "y.npy", {2, 3, 16, 16}, numbers.data());
    check_error(
        run_program(folder, {"benchmark", "--network", "small.safetensors", "--z", "z.npy", "--expect", "y.npy"}), 1,
        {"y.npy: has shape [2,3,16,16], expected [3,3,16,16]"});
    check_error(run_program(folder, {"benchmark", "--network", "small.safetensors", "--z", "y.npy"}), 1,
                {"y.npy: has shape [2,3,16,16], expected [0,12]"});
}

BOOST_AUTO_TEST_SUITE_END()
