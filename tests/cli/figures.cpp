// SPDX-License-Identifier: Apache-2.0
// The figures of the paper as commands: sizes and layout of their pictures, and what they refuse.
#include "cli/run_program.hpp"
#include "cli/write_network.hpp"

#include <stylegan/io/pictures/crop.hpp>
#include <stylegan/io/pictures/png.hpp>
#include <stylegan/io/pictures/resize.hpp>
#include <stylegan/io/tensors/npz.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

BOOST_AUTO_TEST_SUITE(figures)

using namespace test;
using stylegan::Image;

using WithNetwork = NetworkFolder;

/// Cell (column, row) of a picture made of 16x16 ones.
Image cell(const Image& grid, int column, int row) { return stylegan::crop(grid, 16 * column, 16 * row, 16, 16); }

bool same(const Image& a, const Image& b) { return a.size() == b.size() && a.pixels == b.pixels; }

BOOST_FIXTURE_TEST_CASE(style_mixing_has_its_sources_at_the_borders, WithNetwork) {
    make({"generate", "--seeds", "1,2,10-12"});
    make({"style-mixing", "--rows", "1,2", "--cols", "10-12", "--styles", "0-1"});
    const Image grid = picture("grid.png");
    BOOST_TEST(grid.size().text() == "64x48 with 3 channels");
    const Image corner = cell(grid, 0, 0);
    BOOST_TEST(std::count(corner.pixels.begin(), corner.pixels.end(), 0) == static_cast<long>(corner.pixels.size()));
    BOOST_TEST(same(cell(grid, 0, 1), picture("seed0001.png")));
    BOOST_TEST(same(cell(grid, 0, 2), picture("seed0002.png")));
    for (int c = 0; c < 3; ++c) BOOST_TEST(same(cell(grid, 1 + c, 0), picture("seed001" + std::to_string(c) + ".png")));
    BOOST_TEST(same(cell(grid, 2, 1), picture("1-11.png")));
    BOOST_TEST(same(cell(grid, 0, 2), picture("2-2.png")));
    BOOST_TEST(!same(cell(grid, 1, 1), cell(grid, 0, 1)));
    BOOST_TEST(!same(cell(grid, 1, 1), cell(grid, 1, 0)));
    BOOST_TEST(!same(cell(grid, 1, 1), cell(grid, 2, 1)));
}

BOOST_FIXTURE_TEST_CASE(all_styles_of_the_column_give_the_column, WithNetwork) {
    make({"style-mixing", "--rows", "1", "--cols", "10", "--styles", "0-5"});
    BOOST_TEST(same(picture("1-10.png"), picture("10-10.png")));
    make({"style-mixing", "--rows", "1", "--cols", "10", "--styles", "coarse", "--outdir", "coarse"});
    make({"style-mixing", "--rows", "1", "--cols", "10", "--styles", "0-3", "--outdir", "numbers"});
    BOOST_TEST(read(folder / "coarse/1-10.png") == read(folder / "numbers/1-10.png"));
}

BOOST_FIXTURE_TEST_CASE(truncation_has_a_row_for_each_seed_and_a_column_for_each_psi, WithNetwork) {
    make({"generate", "--seeds", "3,4"});
    make({"truncation", "--seeds", "3,4", "--psis", "1,0,-0.5"});
    const Image sheet = picture("truncation.png");
    BOOST_TEST(sheet.size().text() == "48x32 with 3 channels");
    BOOST_TEST(same(cell(sheet, 0, 0), picture("seed0003.png")));
    BOOST_TEST(same(cell(sheet, 0, 1), picture("seed0004.png")));
    BOOST_TEST(same(cell(sheet, 1, 0), cell(sheet, 1, 1)));
    BOOST_TEST(!same(cell(sheet, 2, 0), cell(sheet, 2, 1)));
}

BOOST_FIXTURE_TEST_CASE(noise_shows_a_picture_four_parts_and_deviations, WithNetwork) {
    make({"noise", "--seeds", "3", "--samples", "6", "--crop", "4,4,8,8"});
    const Image figure = picture("noise.png");
    BOOST_TEST(figure.size().text() == "48x16 with 3 channels");
    const Image first = cell(figure, 0, 0), parts = cell(figure, 1, 0), deviations = cell(figure, 2, 0);
    BOOST_TEST(same(stylegan::crop(parts, 0, 0, 8, 8), stylegan::crop(first, 4, 4, 8, 8)));
    BOOST_TEST(!same(stylegan::crop(parts, 8, 0, 8, 8), stylegan::crop(parts, 0, 0, 8, 8)));
    for (std::size_t i = 0; i < deviations.pixels.size(); i += 3)  // grey
        BOOST_TEST(deviations.pixels[i] == deviations.pixels[i + 1]);
    BOOST_TEST(*std::max_element(deviations.pixels.begin(), deviations.pixels.end()) > 0);
}

BOOST_FIXTURE_TEST_CASE(noise_components_begin_with_all_and_none, WithNetwork) {
    make({"generate", "--seeds", "3"});
    make({"generate", "--seeds", "3", "--noise-mode", "none", "--outdir", "none"});
    make({"noise-components", "--seeds", "3"});
    const Image sheet = picture("noise-components.png");
    BOOST_TEST(sheet.size().text() == "64x16 with 3 channels");
    BOOST_TEST(same(cell(sheet, 0, 0), picture("seed0003.png")));
    BOOST_TEST(same(cell(sheet, 1, 0), stylegan::read_png(folder / "none/seed0003.png")));
    for (int a = 0; a < 4; ++a)
        for (int b = 0; b < a; ++b) BOOST_TEST(!same(cell(sheet, a, 0), cell(sheet, b, 0)), a << " and " << b);
}

BOOST_FIXTURE_TEST_CASE(uncurated_begins_with_the_first_latents_of_the_seed, WithNetwork) {
    make({"generate", "--seeds", "7"});
    make({"uncurated", "--seed", "7", "--rows", "1", "--lods", "0,1,2"});
    const Image mosaic = picture("uncurated.png");
    BOOST_TEST(mosaic.size().text() == "28x16 with 3 channels");
    BOOST_TEST(same(cell(mosaic, 0, 0), picture("seed0007.png")));
    BOOST_TEST(!same(stylegan::crop(mosaic, 16, 0, 8, 8), stylegan::crop(mosaic, 16, 8, 8, 8)));
}

BOOST_FIXTURE_TEST_CASE(captions_are_written_into_the_corner, WithNetwork) {
    make({"generate", "--seeds", "1,7", "--grid", "2x1"});
    const Image plain = picture("grid.png");
    make({"generate", "--seeds", "1,7", "--grid", "2x1", "--captions"});
    const Image captioned = picture("grid.png");
    BOOST_TEST(!same(cell(captioned, 0, 0), cell(plain, 0, 0)));
    BOOST_TEST(same(stylegan::crop(captioned, 0, 8, 16, 8), stylegan::crop(plain, 0, 8, 16, 8)));
    BOOST_TEST(!same(stylegan::crop(captioned, 0, 0, 5, 7), stylegan::crop(captioned, 16, 0, 5, 7)));  // 1 and 7
}

BOOST_FIXTURE_TEST_CASE(every_grid_can_tell_its_seeds, WithNetwork) {
    for (std::vector<std::string> figure :
         std::vector<std::vector<std::string>>{{"noise", "--seeds", "7", "--samples", "2"},
                                               {"noise-components", "--seeds", "7"},
                                               {"truncation", "--seeds", "7", "--psis", "1,0"},
                                               {"style-mixing", "--rows", "7", "--cols", "7", "--styles", "0-1"}}) {
        BOOST_TEST_CONTEXT(figure[0]) {
            const std::string name = figure[0] == "style-mixing" ? "grid.png" : figure[0] + ".png";
            const int column = figure[0] == "style-mixing" ? 1 : 0;
            make(figure);
            const Image plain = cell(picture(name), column, 0);
            figure.push_back("--captions");
            make(figure);
            const Image captioned = cell(picture(name), column, 0);
            BOOST_TEST(!same(captioned, plain));
            BOOST_TEST(same(stylegan::crop(captioned, 0, 7, 16, 9), stylegan::crop(plain, 0, 7, 16, 9)));
        }
    }
}

BOOST_FIXTURE_TEST_CASE(w_from_a_file_is_drawn, WithNetwork) {
    const std::vector<float> w(6 * 12, 0.3f);
    stylegan::write_npz(folder / "w.npz", "w", {1, 6, 12}, w);
    stylegan::write_npy(folder / "w.npy", {2, 12}, w.data());
    make({"generate", "--projected-w", "w.npz"});
    make({"generate", "--projected-w", "w.npy", "--outdir", "rows"});
    BOOST_TEST(read(folder / "out/proj00.png") == read(folder / "rows/proj00.png"));
    BOOST_TEST(read(folder / "rows/proj00.png") == read(folder / "rows/proj01.png"));
}

/// A folder with pictures of seeds 40 to 47 by the shipped model, and `project` for them.
struct WithTargets {
    WithTargets() {
        check_success(run_program(folder, {"generate", "--network", network, "--seeds", "40-47", "--outdir", "."}));
    }

    struct Distances {
        double found = 0, average = 0;
    };
    [[nodiscard]] Distances project(int seed, const std::string& outdir, std::vector<std::string> more) const {
        std::vector<std::string> all{
            "project", "--network", network, "--target", "seed00" + std::to_string(seed) + ".png", "--outdir", outdir};
        all.insert(all.end(), more.begin(), more.end());
        const Outcome o = run_program(folder, all);
        check_success(o);
        Distances d;
        const std::size_t at = o.out.find("distance from the target ");
        BOOST_TEST_REQUIRE(at != std::string::npos, o.out);
        BOOST_TEST_REQUIRE(std::sscanf(o.out.c_str() + at, "distance from the target %lf; of the average picture %lf",
                                       &d.found, &d.average) == 2);
        return d;
    }

    TemporaryFolder folder;
    std::string network = example_data("faces-32.safetensors").string();
};

BOOST_FIXTURE_TEST_CASE(project_finds_a_picture_that_the_network_made, WithTargets,
                        *needs_example_data("faces-32.safetensors") * needs_example_data("cifar-vgg.safetensors")) {
    double distance_of_40 = 0;
    for (const int seed : {46, 47, 42, 40}) {  // docs/figures.md has more of them
        BOOST_TEST_CONTEXT("seed " << seed) {
            const std::string out = "found" + std::to_string(seed);
            const Distances d = project(seed, out, {"--num-steps", "500"});
            BOOST_TEST(d.found < d.average / 10, "average " << d.average << ", found " << d.found);
            distance_of_40 = d.found;
            BOOST_TEST(same(stylegan::read_png(folder / (out + "/target.png")),
                            stylegan::read_png(folder / ("seed00" + std::to_string(seed) + ".png"))));
        }
    }
    // w from the file gives the picture that was found, and its distance is that of the two files.
    check_success(run_program(
        folder, {"generate", "--network", network, "--projected-w", "found40/projected_w.npz", "--outdir", "."}));
    BOOST_TEST(read(folder / "proj00.png") == read(folder / "found40/proj.png"));
    const Outcome apart = run_program(folder, {"lpips", "found40/proj.png", "found40/target.png"});
    check_success(apart);
    BOOST_TEST(std::atof(apart.out.c_str()) == distance_of_40, boost::test_tools::tolerance(1e-3));
}

BOOST_FIXTURE_TEST_CASE(project_starts_again_from_a_local_minimum, WithTargets,
                        *needs_example_data("faces-32.safetensors") * needs_example_data("cifar-vgg.safetensors")) {
    const Distances one = project(41, "one", {"--num-steps", "100", "--starts", "1"});
    const Distances four = project(41, "four", {"--num-steps", "100", "--starts", "4"});
    BOOST_TEST(four.average == one.average);
    BOOST_TEST(four.found < one.found);
    for (const char* threads : {"1", "2"})
        (void)project(40, std::string("threads") + threads,
                      {"--num-steps", "40", "--starts", "2", "--threads", threads});
    BOOST_TEST(read(folder / "threads1/projected_w.npz") == read(folder / "threads2/projected_w.npz"));
}

/// The commands of docs/figures.md, some with fewer pictures.
BOOST_AUTO_TEST_CASE(every_figure_is_drawn_by_the_shipped_model,
                     *needs_example_data("faces-32.safetensors") * needs_example_data("cifar-vgg.safetensors")) {
    const TemporaryFolder folder;
    struct Figure {
        std::vector<std::string> arguments;
        const char *file, *size;
    };
    for (Figure f : std::vector<Figure>{
             {{"generate", "--seeds", "0-5", "--grid", "3x2", "--trunc", "0.7", "--captions"}, "grid.png", "96x64"},
             {{"style-mixing", "--rows", "0-1", "--cols", "10-12", "--styles", "coarse", "--trunc", "0.7"},
              "grid.png",
              "128x96"},
             {{"style-mixing", "--rows", "0", "--cols", "10", "--styles", "middle"}, "0-10.png", "32x32"},
             {{"truncation", "--seeds", "0-1"}, "truncation.png", "192x64"},
             {{"noise", "--seeds", "0-1", "--samples", "20"}, "noise.png", "96x64"},
             {{"noise-components", "--seeds", "0-2"}, "noise-components.png", "128x96"},
             {{"uncurated"}, "uncurated.png", "72x96"},
             {{"interpolate", "--seeds", "3,8,20", "--steps", "4", "--space", "z", "--frames", "--video"},
              "interpolate.png",
              "128x82"}}) {
        BOOST_TEST_CONTEXT(f.arguments[0]) {
            f.arguments.insert(f.arguments.end(), {"--network", example_data("faces-32.safetensors").string(),
                                                   "--outdir", f.arguments[0]});
            check_success(run_program(folder, f.arguments));
            const Image image = stylegan::read_png(folder / (f.arguments[0] + "/" + f.file));
            BOOST_TEST(image.size().text() == std::string(f.size) + " with 3 channels");
            const auto [least, most] = std::minmax_element(image.pixels.begin(), image.pixels.end());
            BOOST_TEST(*most - *least > 100);  // not a flat picture
        }
    }
    BOOST_TEST(exists(folder / "interpolate/frame0006.png"));
    BOOST_TEST(exists(folder / "interpolate/video.png"));
}

BOOST_FIXTURE_TEST_CASE(project_needs_a_picture, WithNetwork) {
    write(folder / "text.png", "no picture");
    fail(1, {"text.png"}, {"project", "--target", "text.png"});
    fail(1, {"missing.png"}, {"project", "--target", "missing.png"});
    fail(2, {"--num-steps", "is \"0\""}, {"project", "--target", "text.png", "--num-steps", "0"});
    fail(2, {"--starts", "is \"0\""}, {"project", "--target", "text.png", "--starts", "0"});
    fail(2, {"--mse", "is \"x\""}, {"project", "--target", "text.png", "--mse", "x"});
}

BOOST_FIXTURE_TEST_CASE(what_does_not_fit_is_refused, WithNetwork) {
    fail(2, {"--styles", "is \"0-x\"", "coarse, middle, fine, or layers such as 0-3,6"},
         {"style-mixing", "--rows", "1", "--cols", "2", "--styles", "0-x"});
    fail(1, {"--styles", "is 4-9", "expected layers from 0 to 5"},
         {"style-mixing", "--rows", "1", "--cols", "2", "--styles", "4-9"});
    fail(1, {"--styles", "is fine", "layers from 8 on", "0 to 5"},
         {"style-mixing", "--rows", "1", "--cols", "2", "--styles", "fine"});
    fail(2, {"--psis", "is \"1,x\"", "numbers from -100 to 100"}, {"truncation", "--seeds", "1", "--psis", "1,x"});
    fail(2, {"--psis", "is \"nan\""}, {"truncation", "--seeds", "1", "--psis", "nan"});
    fail(2, {"--psis", "is \"\""}, {"truncation", "--seeds", "1", "--psis", ""});
    fail(2, {"--trunc", "is \"half\"", "a number from -100 to 100"},
         {"style-mixing", "--rows", "1", "--cols", "2", "--trunc", "half"});
    fail(2, {"--samples", "is \"1\""}, {"noise", "--seeds", "1", "--samples", "1"});
    fail(2, {"--rows", "is \"0\""}, {"uncurated", "--rows", "0"});
    fail(2, {"--cols", "is \"a\""}, {"style-mixing", "--rows", "1", "--cols", "a"});
    fail(2, {"--noise-mode", "is \"some\"", "const, random or none"},
         {"truncation", "--seeds", "1", "--noise-mode", "some"});
    fail(2, {"--seeds", "is \"5-\""}, {"truncation", "--seeds", "5-"});
    fail(2, {"--seeds"}, {"noise"});
    fail(1, {"--crop", "is 10,0,8,8", "expected a region within 16x16"},
         {"noise", "--seeds", "1", "--crop", "10,0,8,8"});
    fail(2, {"--crop", "is \"1,2\""}, {"noise", "--seeds", "1", "--crop", "1,2"});
    fail(1, {"--lods", "has 5", "16x16"}, {"uncurated", "--lods", "0,5"});
    stylegan::write_npz(folder / "bad.npz", "w", {1, 7, 12}, std::vector<float>(84));
    fail(1, {"bad.npz", "has shape [1,7,12]", "expected [n,6,12] or [n,12]"}, {"generate", "--projected-w", "bad.npz"});
}

BOOST_AUTO_TEST_SUITE_END()
