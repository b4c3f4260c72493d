// SPDX-License-Identifier: Apache-2.0
#include "cli/perceptual_files.hpp"
#include "cli/run_program.hpp"
#include "cli/write_network.hpp"
#include "io/port_files.hpp"

#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/pictures/png.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(level_of_detail)

using namespace test;

namespace {

/// Whether a picture consists of squares of n x n equal pixels.
bool is_repeated(const std::filesystem::path& path, int n) {
    const stylegan::Image image = stylegan::read_png(path);
    for (int y = 0; y < image.height; ++y)
        for (int x = 0; x < image.width; ++x)
            if (!std::equal(image.pixel(x, y), image.pixel(x, y) + image.channels, image.pixel(x / n * n, y / n * n)))
                return false;
    return true;
}

std::vector<std::string> generate(const std::string& network, std::vector<std::string> more = {}) {
    std::vector<std::string> all{"generate", "--network", network, "--seeds", "1", "--outdir", network + ".out"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(names_do_not_matter_and_a_guess_is_told) {
    const TemporaryFolder folder;
    for (const char* name : {"GAN_GEN_SHADOW_0_7.pth", "faces.pth", "GAN_GEN_3_2.pth"}) {
        write_port(folder / name, tiny_official(4, 1), &PortFile::add_huangzh13);
        const Outcome o = run_program(folder, generate(name));
        check_success(o);
        BOOST_TEST(
            contains(o.out, std::string(name) + " does not say its level of detail; assumed: 2 (pictures of 8x8), "
                                                "since layers from 16x16 on have their initial values"),
            o.out);
        BOOST_TEST(contains(o.out, "; --lod chooses another\n"));
        BOOST_TEST(is_repeated(folder / (std::string(name) + ".out/seed0001.png"), 4));
        BOOST_TEST(!is_repeated(folder / (std::string(name) + ".out/seed0001.png"), 8));
    }
    BOOST_TEST(
        (read(folder / "GAN_GEN_SHADOW_0_7.pth.out/seed0001.png") == read(folder / "faces.pth.out/seed0001.png")));

    const Outcome info = run_program(folder, {"info", "faces.pth"});
    BOOST_TEST(contains(info.out, "Level of detail 2: not stored in the file; layers from 16x16 on have"), info.out);
    write_port(folder / "grown.pth", tiny_official(4, 3), &PortFile::add_huangzh13);
    const Outcome grown = run_program(folder, generate("grown.pth"));
    check_success(grown);
    BOOST_TEST(!contains(grown.out, "level of detail"), grown.out);
}

BOOST_AUTO_TEST_CASE(lod_chooses_another_in_every_command_that_draws) {
    const TemporaryFolder folder;
    write_network(folder / "small.safetensors");
    for (const std::vector<std::string>& command :
         std::vector<std::vector<std::string>>{{"generate", "--seeds", "1"},
                                               {"truncation", "--seeds", "1"},
                                               {"noise", "--seeds", "1", "--samples", "2"},
                                               {"noise-components", "--seeds", "1"},
                                               {"uncurated", "--lods", "0", "--rows", "1"},
                                               {"style-mixing", "--rows", "1", "--cols", "2", "--styles", "0-1"}}) {
        BOOST_TEST_CONTEXT(command[0]) {
            std::vector<std::string> all = command;
            all.insert(all.end(), {"--network", "small.safetensors", "--outdir", command[0], "--lod", "2"});
            const Outcome o = run_program(folder, all);
            check_success(o);
            BOOST_TEST(!contains(o.out, "level of detail"), o.out);
        }
    }
    BOOST_TEST(is_repeated(folder / "generate/seed0001.png", 4));
    BOOST_TEST(is_repeated(folder / "truncation/truncation.png", 4));
    BOOST_TEST(is_repeated(folder / "noise-components/noise-components.png", 4));
    BOOST_TEST(is_repeated(folder / "style-mixing/grid.png", 4));
    check_success(run_program(folder, generate("small.safetensors", {"--lod", "0.5"})));
    check_error(run_program(folder, generate("small.safetensors", {"--lod", "3"})), 1,
                {"small.safetensors: level of detail is 3, expected 0 to 2"});
    check_error(run_program(folder, generate("small.safetensors", {"--lod", "-1"})), 2,
                {"--lod: is \"-1\", expected a number"});
}

BOOST_AUTO_TEST_CASE(metrics_tell_a_guess_beside_their_json) {
    const TemporaryFolder folder;
    write_port(folder / "faces.pth", tiny_official(4, 1), &PortFile::add_huangzh13);
    write_vgg(folder / "vgg.safetensors", 2, true);
    const std::vector<std::string> command{"calc-metrics", "--network", "faces.pth", "--metrics",      "ppl2_wend",
                                           "--samples",    "4",         "--vgg",     "vgg.safetensors"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), command.begin(), command.end());
        return run_program(folder, more);
    };
    BOOST_TEST(contains(with({}).out, "faces.pth does not say its level of detail; assumed: 2"));
    const Outcome json = with({"--json"});
    BOOST_TEST(contains(json.err, "faces.pth does not say its level of detail; assumed: 2"), json.err);
    BOOST_TEST(json.out.starts_with('{'), json.out);
    const Outcome other = with({"--lod", "0"});
    check_success(other);
    BOOST_TEST(!contains(other.out, "level of detail"), other.out);
    BOOST_TEST(other.out != with({"--lod", "1"}).out);
}

BOOST_AUTO_TEST_CASE(convert_keeps_and_sets_it) {
    const TemporaryFolder folder;
    write_port(folder / "faces.pth", tiny_official(4, 1), &PortFile::add_huangzh13);
    const Outcome o = run_program(folder, {"convert", "--source", "faces.pth", "--dest", "kept.safetensors"});
    check_success(o);
    BOOST_TEST(contains(o.out, "faces.pth does not say its level of detail; assumed: 2"), o.out);
    BOOST_TEST(stylegan::Checkpoint(folder / "kept.safetensors").level() == 2);
    const Outcome set =
        run_program(folder, {"convert", "--source", "faces.pth", "--dest", "set.safetensors", "--lod", "1.5"});
    check_success(set);
    BOOST_TEST(!contains(set.out, "assumed: 2 ("), set.out);
    BOOST_TEST(stylegan::Checkpoint(folder / "set.safetensors").level() == 1.5);
    check_success(run_program(folder, generate("kept.safetensors")));
    check_success(run_program(folder, generate("faces.pth")));
    BOOST_TEST((read(folder / "kept.safetensors.out/seed0001.png") == read(folder / "faces.pth.out/seed0001.png")));

    // a format that cannot store it
    stylegan::Architecture a = small;
    a.bias_before_blur = a.shared_noise = true;
    a.instance_norm_epsilon = 1e-5;
    write_network(folder / "r.safetensors", {.architecture = a});
    const Outcome lost = run_program(folder, {"convert", "--source", "r.safetensors", "--dest", "r.pt", "--lod", "1"});
    check_success(lost);
    BOOST_TEST(contains(lost.out, "r.pt cannot store the level of detail, 1; its layers suggest 0"), lost.out);
    BOOST_TEST(
        !contains(run_program(folder, {"convert", "--source", "r.safetensors", "--dest", "s.pt"}).out, "cannot"));
}

BOOST_AUTO_TEST_CASE(a_stored_level_that_cannot_be_right_is_told) {
    const TemporaryFolder folder;
    write_port(folder / "g.pth", tiny_official(4, 2), &PortFile::add_genforce);  // says 0
    const Outcome o = run_program(folder, generate("g.pth"));
    check_success(o);
    BOOST_TEST(contains(o.out,
                        "g.pth says that its level of detail is 0 (pictures of 32x32), but layers from 32x32 on "
                        "have their initial values, which suggests 1; --lod chooses another"),
               o.out);
    BOOST_TEST(!contains(run_program(folder, generate("g.pth", {"--lod", "1"})).out, "suggests"));
}

BOOST_AUTO_TEST_SUITE_END()
