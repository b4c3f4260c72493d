// SPDX-License-Identifier: Apache-2.0
// A network with NaN or infinity among its weights, or among its pictures: told, and no black picture is written.
#include "cli/perceptual_files.hpp"
#include "cli/run_program.hpp"
#include "cli/training_run.hpp"
#include "cli/write_network.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(non_finite)

using namespace test;

namespace {

/// The commands that draw pictures of bad.safetensors, each into "out".
std::vector<std::vector<std::string>> drawing_commands() {
    std::vector<std::vector<std::string>> commands{
        {"generate", "--seeds", "1"},
        {"generate", "--seeds", "1", "--raw"},
        {"style-mixing", "--rows", "1", "--cols", "2", "--styles", "0-1"},
        {"truncation", "--seeds", "1"},
        {"noise", "--seeds", "1", "--samples", "2"},
        {"noise-components", "--seeds", "1"},
        {"uncurated", "--lods", "0", "--rows", "1"},
        {"interpolate", "--seeds", "1,2", "--steps", "2", "--vgg", "vgg.safetensors"},
        {"project", "--target", "target.png", "--num-steps", "1", "--starts", "1", "--vgg", "vgg.safetensors"}};
    for (auto& command : commands) command.insert(command.end(), {"--network", "bad.safetensors", "--outdir", "out"});
    return commands;
}

}  // namespace

struct WithFiles {
    WithFiles() {
        write_vgg(folder / "vgg.safetensors", 2, true);
        stylegan::Image target(16, 16, 3);
        stylegan::write_png(folder / "target.png", target);
    }
    TemporaryFolder folder;
};

BOOST_FIXTURE_TEST_CASE(weights_end_every_command_that_draws, WithFiles) {
    for (const char* tensor :
         {"Gs/G_synthesis/8x8/Conv1/weight", "Gs/G_mapping/Dense0/bias", "Gs/G_synthesis/noise2"}) {
        write_network(folder / "bad.safetensors", {.broken = tensor});
        for (const auto& command : drawing_commands()) BOOST_TEST_CONTEXT(command[0] << ", " << tensor) {
                check_error(run_program(folder, command), 1,
                            {"bad.safetensors: has 1 number that is not finite (NaN or infinite) in 1 tensor, \"",
                             tensor, "(1 of ", "take an earlier snapshot"});
                BOOST_TEST(!exists(folder / "out"));
            }
    }
    check_error(run_program(folder, {"calc-metrics", "--network", "bad.safetensors", "--metrics", "ppl2_wend",
                                     "--samples", "2", "--vgg", "vgg.safetensors"}),
                1, {"bad.safetensors: has 1 number that is not finite"});
}

BOOST_FIXTURE_TEST_CASE(pictures_of_finite_weights_end_them_too, WithFiles) {
    write_network(folder / "bad.safetensors", {.scale = 1e25f});
    for (const auto& command : drawing_commands()) BOOST_TEST_CONTEXT(command[0]) {
            check_error(
                run_program(folder, command), 1,
                {"bad.safetensors: ", "values that are not finite (NaN or infinite), though all weights are finite"});
            if (exists(folder / "out")) BOOST_TEST(std::filesystem::is_empty(folder / "out"));
        }
}

BOOST_FIXTURE_TEST_CASE(info_and_convert_warn, WithFiles) {
    write_network(folder / "bad.safetensors", {.broken = "Gs/G_synthesis/4x4/Conv/bias"});
    const char* const words =
        "has 1 number that is not finite (NaN or infinite) in 1 tensor, \"Gs/G_synthesis/4x4/Conv/bias\" (1 of 16)";
    const Outcome info = run_program(folder, {"info", "bad.safetensors"});
    check_success(info);
    BOOST_TEST(contains(info.out, std::string("Warning         ") + words), info.out);
    for (const char* dest : {"out.safetensors", "out.pkl"}) {
        const Outcome o = run_program(folder, {"convert", "--source", "bad.safetensors", "--dest", dest});
        check_success(o);
        BOOST_TEST(contains(o.out, std::string("Warning: bad.safetensors ") + words), o.out);
        BOOST_TEST(exists(folder / dest));
        check_error(run_program(folder, {"generate", "--network", dest, "--seeds", "1", "--outdir", "out"}), 1,
                    {dest, "is not finite"});
    }
    write_network(folder / "good.safetensors");
    BOOST_TEST(!contains(run_program(folder, {"info", "good.safetensors"}).out, "Warning"));
}

BOOST_FIXTURE_TEST_CASE(no_run_resumes_from_them, TrainingFolder) {
    stylegan::Architecture a = small;
    a.resolution_log2 = 3;
    write_network(folder / "bad.safetensors", {.architecture = a, .broken = "Gs/G_mapping/Dense1/weight"});
    const auto before = folder.files();
    check_error(train({"--resume", "bad.safetensors"}), 1, {"bad.safetensors: has 1 number that is not finite"});
    BOOST_TEST(folder.files() == before, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
