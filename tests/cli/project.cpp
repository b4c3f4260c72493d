// SPDX-License-Identifier: Apache-2.0
// `stylegan project` into W+, with noise, and of several pictures; by the shipped model.
#include "cli/run_program.hpp"
#include "cli/write_network.hpp"

#include <stylegan/io/pictures/png.hpp>
#include <stylegan/io/tensors/npz.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(project)

using namespace test;

namespace {

struct Distances {
    double found = 0, in_w = 0, average = 0;
};

/// The numbers in the line about `picture`. `in_w` is 0 if it is not there.
Distances distances_of(const Outcome& o, const std::string& picture) {
    Distances d;
    const std::size_t at = o.out.find(picture + ": distance from the target ");
    BOOST_TEST_REQUIRE(at != std::string::npos, o.out);
    const char* const line = o.out.c_str() + at + picture.size();
    if (std::sscanf(line, ": distance from the target %lf (%lf in W); of the average picture %lf", &d.found, &d.in_w,
                    &d.average) < 3) {
        d.in_w = 0;
        BOOST_TEST_REQUIRE(
            std::sscanf(line, ": distance from the target %lf; of the average picture %lf", &d.found, &d.average) == 2);
    }
    return d;
}

}  // namespace

/// Pictures of the shipped model: of seed 46 in a.png, and of two seeds mixed, which no w of W draws, in b.png.
struct WithTargets {
    WithTargets() {
        check_success(run_program(folder, {"generate", "--network", network, "--seeds", "46", "--outdir", "."}));
        check_success(run_program(folder, {"style-mixing", "--network", network, "--rows", "3", "--cols", "20",
                                           "--styles", "0-3", "--outdir", "mixed"}));
        std::filesystem::rename(folder / "seed0046.png", folder / "a.png");
        std::filesystem::rename(folder / "mixed/3-20.png", folder / "b.png");
    }

    [[nodiscard]] Outcome project(const std::vector<std::string>& targets, const std::string& outdir,
                                  const std::vector<std::string>& more) const {
        std::vector<std::string> all{"project", "--network", network, "--outdir", outdir, "--target"};
        all.insert(all.end(), targets.begin(), targets.end());
        all.insert(all.end(), more.begin(), more.end());
        return run_program(folder, all);
    }

    TemporaryFolder folder;
    std::string network = example_data("faces-32.safetensors").string();
};

BOOST_FIXTURE_TEST_CASE(w_plus_is_closer_to_mixed_styles_than_w, WithTargets,
                        *needs_example_data("faces-32.safetensors") * needs_example_data("cifar-vgg.safetensors")) {
    const Outcome o = project({"b.png"}, "out", {"--space", "W+", "--num-steps", "200"});
    check_success(o);
    const Distances d = distances_of(o, "out/proj.png");
    BOOST_TEST(d.found < 0.7 * d.in_w, o.out);
    BOOST_TEST(d.in_w < 0.5 * d.average, o.out);
    const auto w = stylegan::read_npz(folder / "out/projected_w.npz", "w");
    BOOST_TEST_REQUIRE(w.shape == (std::vector<stylegan::Index>{1, 8, 128}), boost::test_tools::per_element());
    BOOST_TEST((std::vector(w.values.begin(), w.values.begin() + 128) !=
                std::vector(w.values.begin() + 128, w.values.begin() + 256)));
    check_success(run_program(
        folder, {"generate", "--network", network, "--projected-w", "out/projected_w.npz", "--outdir", "again"}));
    BOOST_TEST(read(folder / "again/proj00.png") == read(folder / "out/proj.png"));
}

BOOST_FIXTURE_TEST_CASE(several_pictures_are_projected_as_each_alone, WithTargets,
                        *needs_example_data("faces-32.safetensors") * needs_example_data("cifar-vgg.safetensors")) {
    const std::vector<std::string> few{"--num-steps", "40", "--starts", "2"};
    for (const char* batch : {"1", "2"}) {
        const Outcome o = project({"a.png", "b.png"}, std::string("both") + batch,
                                  {"--num-steps", "40", "--starts", "2", "--batch", batch});
        check_success(o);
        (void)distances_of(o, std::string("both") + batch + "/a/proj.png");
    }
    for (const char* name : {"a", "b"}) {
        check_success(project({std::string(name) + ".png"}, std::string("alone-") + name, few));
        for (const char* file : {"proj.png", "target.png", "projected_w.npz"}) {
            const std::string alone = std::string("alone-") + name + '/' + file;
            BOOST_TEST(read(folder / alone) == read(folder / (std::string("both1/") + name + '/' + file)));
            BOOST_TEST(read(folder / alone) == read(folder / (std::string("both2/") + name + '/' + file)));
        }
    }
    const auto all = stylegan::read_npz(folder / "both2/projected_w.npz", "w");
    BOOST_TEST(all.shape == (std::vector<stylegan::Index>{2, 8, 128}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(noise_is_found_and_drawn_again, WithTargets,
                        *needs_example_data("faces-32.safetensors") * needs_example_data("cifar-vgg.safetensors")) {
    check_success(run_program(
        folder, {"generate", "--network", network, "--seeds", "46", "--noise-mode", "random", "--outdir", "other"}));
    const Outcome o = project({"other/seed0046.png"}, "out", {"--noise-opt", "--num-steps", "150", "--starts", "1"});
    check_success(o);
    const Distances d = distances_of(o, "out/proj.png");
    BOOST_TEST(d.found < 0.85 * d.in_w, o.out);
    const auto draw = [&](const std::string& network_file, const std::string& outdir) {
        return run_program(folder, {"generate", "--network", network_file, "--projected-w", "out/projected_w.npz",
                                    "--projected-noise", "out/projected_noise.npz", "--outdir", outdir});
    };
    check_success(draw(network, "again"));
    BOOST_TEST(read(folder / "again/proj00.png") == read(folder / "out/proj.png"));
    stylegan::Architecture a = small;
    a.dlatent_size = 128;
    a.resolution_log2 = 5;
    a.base = {4, 8};
    write_network(folder / "wide.safetensors", {.architecture = a});
    check_error(draw("wide.safetensors", "no"), 1,
                {"out/projected_noise.npz: noise0 has shape [1,1,4,4], expected [n,1,4,8] for wide.safetensors"});
    BOOST_TEST(!exists(folder / "no"));
}

BOOST_FIXTURE_TEST_CASE(a_search_starts_at_a_given_w, WithTargets,
                        *needs_example_data("faces-32.safetensors") * needs_example_data("cifar-vgg.safetensors")) {
    const Outcome long_one = project({"b.png"}, "long", {"--space", "w+", "--num-steps", "200", "--starts", "1"});
    check_success(long_one);
    const double distance = distances_of(long_one, "long/proj.png").found;
    const Outcome again =
        project({"b.png"}, "again", {"--space", "w+", "--num-steps", "1", "--init", "long/projected_w.npz"});
    check_success(again);
    const Distances d = distances_of(again, "again/proj.png");
    BOOST_TEST(d.found <= distance);
    BOOST_TEST(d.in_w == 0);  // W was not searched
    const Outcome in_w = project({"b.png"}, "w", {"--num-steps", "20", "--init", "long/projected_w.npz"});
    check_success(in_w);
    BOOST_TEST(distances_of(in_w, "w/proj.png").found < distances_of(in_w, "w/proj.png").average);
    check_success(project({"a.png", "b.png"}, "two", {"--num-steps", "1", "--starts", "1"}));
    check_error(project({"b.png"}, "no", {"--init", "two/projected_w.npz"}), 1,
                {"--init two/projected_w.npz: holds w of 2 pictures, expected 1, that of --target"});
    BOOST_TEST(!exists(folder / "no"));
}

BOOST_FIXTURE_TEST_CASE(results_do_not_overwrite_each_other_or_a_target, WithTargets,
                        *needs_example_data("faces-32.safetensors") * needs_example_data("cifar-vgg.safetensors")) {
    std::filesystem::create_directory(folder / "more");
    std::filesystem::copy(folder / "b.png", folder / "more/a.png");
    check_error(project({"a.png", "more/a.png"}, "out", {}), 1,
                {"--target: two pictures are named a (more/a.png is the second), expected names that differ"});
    std::filesystem::create_directories(folder / "out/a");
    std::filesystem::rename(folder / "more/a.png", folder / "out/a/proj.png");
    check_error(project({"a.png", "out/a/proj.png"}, "out", {}), 1,
                {"--outdir out: its a/proj.png is --target out/a/proj.png itself"});
    check_error(project({"a.png", "missing.png"}, "out", {}), 1, {"missing.png"});
    check_error(project({"a.png"}, "out", {"--space", "z"}), 2, {"--space: is \"z\", expected w or w+"});
    write_network(folder / "quiet.safetensors", {.architecture = [] {
                      stylegan::Architecture a = small;
                      a.use_noise = false;
                      return a;
                  }()});
    check_error(run_program(folder, {"project", "--network", "quiet.safetensors", "--target", "a.png", "--noise-opt",
                                     "--outdir", "out"}),
                1, {"--noise-opt: is given, but quiet.safetensors has no noise"});
}

BOOST_AUTO_TEST_SUITE_END()
