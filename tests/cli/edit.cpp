// SPDX-License-Identifier: Apache-2.0
// Edits along directions: pictures, w, and what is refused.
#include "cli/direction_case.hpp"

BOOST_AUTO_TEST_SUITE(edit)

using namespace direction_test;

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

BOOST_AUTO_TEST_SUITE_END()
