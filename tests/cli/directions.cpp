// SPDX-License-Identifier: Apache-2.0
// Directions of w and edits along them: files, pictures, and what is refused.
#include "cli/run_program.hpp"
#include "cli/write_network.hpp"

#include <stylegan/core/philox.hpp>
#include <stylegan/io/pictures/crop.hpp>
#include <stylegan/io/pictures/png.hpp>
#include <stylegan/models/directions/latent_directions.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(directions)

using namespace test;
using stylegan::Image;
using stylegan::Index;

namespace {

constexpr Index layers = 6, width = 12;  // of write_network()

/// Labels take 7 rows at the top and, up to 9 rows, 5 columns on the left.
Image cell(const Image& sheet, int column, int row, int left = 5) {
    return stylegan::crop(sheet, left + 16 * column, 7 + 16 * row, 16, 16);
}
bool same(const Image& a, const Image& b) { return a.size() == b.size() && a.pixels == b.pixels; }

int largest_difference(const Image& a, const Image& b) {
    int largest = 0;
    for (std::size_t i = 0; i < a.pixels.size(); ++i) largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
    return largest;
}

}  // namespace

/// A folder with n.safetensors in it, whose pictures are 16x16.
struct WithNetwork {
    WithNetwork() { write_network(folder / "n.safetensors"); }

    Outcome run(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin() + 1, {"--network", "n.safetensors", "--outdir", "out"});
        return run_program(folder, arguments);
    }
    void make(std::vector<std::string> arguments) const { check_success(run(std::move(arguments))); }
    void fail(int status, std::initializer_list<const char*> parts, std::vector<std::string> arguments) const {
        check_error(run(std::move(arguments)), status, parts);
        BOOST_TEST(!exists(folder / "out"));
    }
    [[nodiscard]] Image picture(const std::string& name) const { return stylegan::read_png(folder / ("out/" + name)); }
    [[nodiscard]] stylegan::LatentDirections found() const {
        return stylegan::read_directions(folder / "out/directions.npz");
    }

    /// w of n pictures around `centre` in the first component.
    void write_w(const std::string& name, Index n, float centre) const {
        std::vector<float> values(static_cast<std::size_t>(n * width));
        stylegan::RandomStream(1, static_cast<std::uint64_t>(n), stylegan::Purpose::test)
            .fill_normal(values.data(), values.size());
        for (Index i = 0; i < n; ++i) values[static_cast<std::size_t>(i * width)] += centre;
        std::filesystem::create_directories((folder / name).parent_path());
        if (name.ends_with(".npy"))
            stylegan::write_npy(folder / name, {n, width}, values.data());
        else
            stylegan::write_npz(folder / name, "w", {n, 1, width}, values);
    }
    /// A direction along the second component.
    void write_direction(const std::string& name, std::vector<int> for_layers = {}, Index length = width) const {
        stylegan::LatentDirections d{.directions = Eigen::MatrixXd::Zero(2, length)};
        d.directions(0, 0) = 1;
        d.directions(1, 1) = 0.5;
        d.layers = std::move(for_layers);
        write_directions(folder / name, d);
    }

    TemporaryFolder folder;
};

BOOST_FIXTURE_TEST_CASE(sefa_writes_directions_and_a_sheet, WithNetwork) {
    make({"directions", "--method", "sefa", "--layers", "0-1+4", "--count", "3", "--samples", "300", "--seeds", "4,7"});
    const auto d = found();
    BOOST_TEST(d.count() == 3);
    BOOST_TEST(d.directions.cols() == width);
    BOOST_TEST((d.directions * d.directions.transpose()).isIdentity(1e-6));
    BOOST_TEST(d.layers == (std::vector<int>{0, 1, 4}), boost::test_tools::per_element());
    BOOST_TEST(d.values(0) >= d.values(1));
    BOOST_TEST(d.deviations.minCoeff() > 0);
    BOOST_TEST(d.mean.size() == width);
    const Image sheet = picture("sheet0004.png");
    BOOST_TEST(sheet.size().text() == "117x55 with 3 channels");
    make({"generate", "--seeds", "4"});
    for (int row = 0; row < 3; ++row) {
        BOOST_TEST(same(cell(sheet, 3, row), picture("seed0004.png")));
        BOOST_TEST(!same(cell(sheet, 0, row), cell(sheet, 3, row)));
        BOOST_TEST(!same(cell(sheet, 0, row), cell(sheet, 6, row)));
    }
    BOOST_TEST(exists(folder / "out/sheet0007.png"));
}

BOOST_FIXTURE_TEST_CASE(pca_orders_by_variance, WithNetwork) {
    make({"directions", "--method", "pca", "--samples", "400", "--seed", "5"});
    const auto d = found();
    BOOST_TEST(d.count() == 10);
    for (Index k = 1; k < 10; ++k) BOOST_TEST(d.deviations(k - 1) >= d.deviations(k));
    for (Index k = 0; k < 10; ++k) BOOST_TEST(std::abs(d.values(k) - std::pow(d.deviations(k), 2)) < 1e-9);
    const auto first = read(folder / "out/directions.npz");
    make({"directions", "--method", "pca", "--samples", "400", "--seed", "5", "--threads", "2"});
    BOOST_TEST((first == read(folder / "out/directions.npz")));
    make({"directions", "--method", "pca", "--samples", "400", "--seed", "6"});
    BOOST_TEST((first != read(folder / "out/directions.npz")));
}

BOOST_FIXTURE_TEST_CASE(a_boundary_points_from_one_set_to_the_other, WithNetwork) {
    write_w("plain/a.npz", 30, -3);
    write_w("plain/more/b.npy", 20, -3);
    write(folder / "plain/notes.txt", "not a file of w");
    write_w("smiling.npz", 40, 3);
    make({"directions", "--method", "boundary", "--from", "plain", "--to", "smiling.npz", "--samples", "50"});
    const auto d = found();
    BOOST_TEST(d.count() == 1);
    BOOST_TEST(d.directions(0, 0) > 0.9);
    BOOST_TEST(d.values(0) > 0.9);
    BOOST_TEST(d.layers.size() == 6u);
    BOOST_TEST(picture("sheet0000.png").size().text() == "117x23 with 3 channels");

    write_w("all.npz", 30, 0);
    const auto w = stylegan::read_npz(folder / "all.npz", "w");
    std::vector<float> labels;
    for (std::size_t i = 0; i < 30; ++i) labels.push_back(w.values[i * width + 1] > 0 ? 1.0f : 0.0f);
    stylegan::write_npy(folder / "labels.npy", {30}, labels.data());
    make({"directions", "--method", "boundary", "--w", "all.npz", "--labels", "labels.npy", "--samples", "50"});
    BOOST_TEST(found().directions(0, 1) > 0.6);
}

BOOST_FIXTURE_TEST_CASE(w_of_several_layers_are_averaged_over_the_chosen_ones, WithNetwork) {
    const auto write_layers = [&](const char* name, float centre) {  // layer l differs along component l
        constexpr Index n = 20;
        std::vector<float> values(static_cast<std::size_t>(n * layers * width));
        stylegan::RandomStream(2, centre > 0 ? 1 : 0, stylegan::Purpose::test)
            .fill_normal(values.data(), values.size());
        for (Index i = 0; i < n; ++i)
            for (Index l = 0; l < layers; ++l) values[static_cast<std::size_t>((i * layers + l) * width + l)] += centre;
        stylegan::write_npz(folder / name, "w", {n, layers, width}, values);
    };
    write_layers("a.npz", -4);
    write_layers("b.npz", 4);
    make({"directions", "--method", "boundary", "--from", "a.npz", "--to", "b.npz", "--layers", "4-5", "--samples",
          "50"});
    const Eigen::VectorXd d = found().directions.row(0);
    BOOST_TEST(d(4) > 0.5);
    BOOST_TEST(d(5) > 0.5);
    BOOST_TEST(d.head(4).norm() < 0.4);
}

BOOST_FIXTURE_TEST_CASE(an_edit_of_strength_0_changes_nothing, WithNetwork) {
    write_direction("d.npz");
    make({"edit", "--seeds", "3,8", "--direction", "d.npz:1", "--strength", "-2,0,0.5"});
    make({"generate", "--seeds", "3,8"});
    BOOST_TEST(same(picture("seed0003_0.png"), picture("seed0003.png")));
    BOOST_TEST(!same(picture("seed0003_-2.png"), picture("seed0003.png")));
    const Image grid = picture("grid.png");
    BOOST_TEST(grid.size().text() == "53x39 with 3 channels");
    BOOST_TEST(same(cell(grid, 1, 1), picture("seed0008.png")));
    BOOST_TEST(same(cell(grid, 2, 0), picture("seed0003_0.5.png")));
    const auto w = stylegan::read_npz(folder / "out/seed0003_0.npz", "w"),
               moved = stylegan::read_npz(folder / "out/seed0003_-2.npz", "w");
    BOOST_TEST(w.shape == (std::vector<Index>{1, layers, width}), boost::test_tools::per_element());
    for (std::size_t i = 0; i < w.values.size(); ++i)
        BOOST_TEST(std::abs(moved.values[i] - w.values[i] + (i % width == 1 ? 1.0f : 0.0f)) < 1e-6f);
}

BOOST_FIXTURE_TEST_CASE(strength_is_in_sigma_where_the_file_has_it, WithNetwork) {
    make({"directions", "--method", "pca", "--samples", "300", "--count", "2", "--trunc", "0.5"});
    const auto d = found();
    const Outcome o =
        run({"edit", "--seeds", "0", "--direction", "out/directions.npz:1", "--strength", "0,3", "--trunc", "0.5"});
    check_success(o);
    BOOST_TEST(contains(o.out, "Strength 1 is sigma of direction 1 of out/directions.npz"), o.out);
    BOOST_TEST(same(picture("seed0000_3.png"), cell(picture("sheet0000.png"), 6, 1)));
    const auto w = stylegan::read_npz(folder / "out/seed0000_0.npz", "w"),
               moved = stylegan::read_npz(folder / "out/seed0000_3.npz", "w");
    for (Index k = 0; k < width; ++k) {
        const auto i = static_cast<std::size_t>(k);
        BOOST_TEST(std::abs(static_cast<double>(moved.values[i] - w.values[i]) -
                            3 * d.deviations(1) * d.directions(1, k)) < 1e-5);
    }
    write_direction("d.npz");
    BOOST_TEST(contains(run({"edit", "--seeds", "0", "--direction", "d.npz:1"}).out,
                        "Strength 1 is the length of direction 1 of d.npz, 0.5; the file has no std"));
}

BOOST_FIXTURE_TEST_CASE(truncation_comes_before_the_edit, WithNetwork) {
    write_direction("d.npz");
    make(
        {"edit", "--seeds", "3", "--direction", "d.npz", "--strength", "0,2", "--trunc", "0.4", "--trunc-cutoff", "3"});
    make({"generate", "--seeds", "3", "--trunc", "0.4", "--trunc-cutoff", "3"});
    BOOST_TEST(largest_difference(picture("seed0003_0.png"), picture("seed0003.png")) <= 1);
    const auto w = stylegan::read_npz(folder / "out/seed0003_0.npz", "w"),
               moved = stylegan::read_npz(folder / "out/seed0003_2.npz", "w");
    BOOST_TEST(std::abs(moved.values[0] - w.values[0] - 2) < 1e-5f);
    BOOST_TEST(w.values[2 * width] != w.values[3 * width]);  // the first layers are truncated, the others not
    make({"generate", "--projected-w", "out/seed0003_2.npz"});
    BOOST_TEST(same(picture("proj00.png"), picture("seed0003_2.png")));
}

BOOST_FIXTURE_TEST_CASE(layers_are_those_of_the_file_or_of_the_command, WithNetwork) {
    write_direction("d.npz", {1, 4});
    const auto moved_layers = [&](std::vector<std::string> more) {
        std::vector<std::string> all{"edit", "--seeds", "3", "--direction", "d.npz", "--strength", "0,1"};
        all.insert(all.end(), more.begin(), more.end());
        make(all);
        const auto w = stylegan::read_npz(folder / "out/seed0003_0.npz", "w"),
                   moved = stylegan::read_npz(folder / "out/seed0003_1.npz", "w");
        std::string list;
        for (std::size_t l = 0; l < layers; ++l)
            if (w.values[l * width] != moved.values[l * width]) list += std::to_string(l);
        return list;
    };
    BOOST_TEST(moved_layers({}) == "14");
    BOOST_TEST(moved_layers({"--layers", "0-2"}) == "012");
    BOOST_TEST(moved_layers({"--layers", "coarse"}) == "0123");
    BOOST_TEST(moved_layers({"--layers", "all"}) == "012345");
}

BOOST_FIXTURE_TEST_CASE(projected_w_is_edited, WithNetwork) {
    write_direction("d.npy.npz");
    write_w("w.npz", 2, 0);
    make({"edit", "--projected-w", "w.npz", "--direction", "d.npy.npz:0", "--strength", "0"});
    make({"generate", "--projected-w", "w.npz"});
    for (const char* name : {"proj00", "proj01"})
        BOOST_TEST(same(picture(std::string(name) + "_0.png"), picture(std::string(name) + ".png")));
    make({"edit", "--projected-w", "out/proj01_0.npz", "--direction", "d.npy.npz", "--strength", "1"});
    std::filesystem::rename(folder / "out/proj01_0.npz", folder / "out/proj00_2.npz");
    const auto before = read(folder / "out/proj00_2.npz");
    check_error(run({"edit", "--projected-w", "out/proj00_2.npz", "--direction", "d.npy.npz", "--strength", "0,2"}), 1,
                {"--outdir out: its proj00_2.npz is --projected-w out/proj00_2.npz itself"});
    BOOST_TEST((before == read(folder / "out/proj00_2.npz")));
    const std::vector<float> direction(width, 0.1f);
    stylegan::write_npy(folder / "boundary.npy", {1, width}, direction.data());
    make({"edit", "--projected-w", "w.npz", "--direction", "boundary.npy"});
}

BOOST_FIXTURE_TEST_CASE(wrong_directions_are_told, WithNetwork) {
    const auto edit = [](const char* direction, std::vector<std::string> more = {}) {
        std::vector<std::string> all{"edit", "--seeds", "1", "--direction", direction};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    };
    write_direction("d.npz");
    write_direction("long.npz", {}, 20);
    write_direction("deep.npz", {0, 9});
    write(folder / "text.npz", "not an archive");
    write(folder / "broken.npz", "PK and no archive");
    fail(1, {"--direction long.npz: has directions of length 20, expected 12, the length of w of n.safetensors"},
         edit("long.npz"));
    fail(1, {"--direction d.npz:2: has 2 directions, expected a number from 0 to 1"}, edit("d.npz:2"));
    fail(1, {"--direction deep.npz: is for layer 9, expected layers from 0 to 5", "--layers chooses others"},
         edit("deep.npz"));
    fail(1, {"text.npz: is neither a .npz nor a .npy file"}, edit("text.npz"));
    fail(1, {"broken.npz"}, edit("broken.npz"));
    fail(1, {"none.npz: cannot be opened"}, edit("none.npz:1"));
    fail(1, {"--layers: is 0-9, expected layers from 0 to 5"}, edit("d.npz", {"--layers", "0-9"}));
    fail(2, {"--layers: is \"top\", expected all, coarse, middle, fine"}, edit("d.npz", {"--layers", "top"}));
    fail(2, {"--strength: is \"a\", expected numbers from -1000 to 1000"}, edit("d.npz", {"--strength", "a"}));
    fail(2, {"--seeds: is missing", "or --projected-w"}, {"edit", "--direction", "d.npz"});
    fail(2, {"--direction"}, {"edit", "--seeds", "1"});
}

BOOST_FIXTURE_TEST_CASE(wrong_sets_are_told, WithNetwork) {
    const auto boundary = [](const char* from, const char* to, std::vector<std::string> more = {}) {
        std::vector<std::string> all{"directions", "--method", "boundary", "--samples", "9",
                                     "--from",     from,       "--to",     to};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    };
    std::filesystem::create_directory(folder / "empty");
    write_w("a.npz", 5, 0);
    write_w("one.npy", 1, 0);
    write(folder / "text.npz", "not an archive");
    const std::vector<float> other(20, 1);
    stylegan::write_npz(folder / "long.npz", "w", {1, 20}, other);
    fail(1, {"--to empty: has no .npz or .npy file, expected files of w"}, boundary("a.npz", "empty"));
    fail(1, {"none: cannot be opened"}, boundary("none", "a.npz"));
    fail(1, {"text.npz"}, boundary("a.npz", "text.npz"));
    fail(1, {"long.npz: w has shape [1,20], expected [n,6,12] or [n,12]"}, boundary("a.npz", "long.npz"));
    fail(1, {"1 of 6 w has label 1 (the second set), expected at least 2"}, boundary("a.npz", "one.npy"));
    const std::vector<float> labels{0, 1, 0.5f};
    stylegan::write_npy(folder / "half.npy", {3}, labels.data());
    stylegan::write_npy(folder / "two.npy", {2}, labels.data());
    const auto labelled = [](const char* file) {
        return std::vector<std::string>{"directions", "--method", "boundary", "--samples", "9",
                                        "--w",        "a.npz",    "--labels", file};
    };
    fail(1, {"--labels half.npy: label 2 is 0.5, expected 0 or 1"}, labelled("half.npy"));
    fail(1, {"--labels two.npy: has 2 labels, expected 5, one for each w of a.npz"}, labelled("two.npy"));
    fail(1, {"--labels a.npz: has shape [5,1,12], expected [n]"}, labelled("a.npz"));
    fail(2, {"--from and --to, or --w and --labels"}, {"directions", "--method", "boundary"});
    fail(2, {"--from", "boundary"}, {"directions", "--method", "pca", "--from", "a.npz", "--to", "a.npz"});
    fail(2, {"--count", "sefa and pca"}, boundary("a.npz", "a.npz", {"--count", "3"}));
}

BOOST_FIXTURE_TEST_CASE(what_does_not_fit_is_refused, WithNetwork) {
    fail(2, {"--method", "sefa, pca or boundary"}, {"directions", "--method", "ica"});
    fail(2, {"--method"}, {"directions"});
    fail(1, {"--layers: is 4-6, expected layers from 0 to 5"}, {"directions", "--method", "sefa", "--layers", "4-6"});
    fail(1, {"--layers: is fine (layers from 8 on)"}, {"directions", "--method", "sefa", "--layers", "fine"});
    fail(1, {"--count: is 13, expected at most 12, the length of w"},
         {"directions", "--method", "sefa", "--count", "13", "--samples", "20"});
    fail(1, {"--count: is 5, expected at most 3", "fewer than --samples"},
         {"directions", "--method", "pca", "--count", "5", "--samples", "4"});
    fail(2, {"--samples: is \"1\", expected a whole number from 2"},
         {"directions", "--method", "pca", "--samples", "1"});
    stylegan::Architecture a = small;
    a.use_styles = false;
    write_network(folder / "n.safetensors", {.architecture = a});
    write_direction("d.npz");
    fail(1, {"--network n.safetensors: has no styles to edit"}, {"directions", "--method", "sefa"});
    fail(1, {"--network n.safetensors: has no styles to edit"}, {"edit", "--seeds", "0", "--direction", "d.npz"});
}

BOOST_AUTO_TEST_SUITE_END()
