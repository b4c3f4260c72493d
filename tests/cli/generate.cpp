// SPDX-License-Identifier: Apache-2.0
#include "cli/run_program.hpp"
#include "cli/write_network.hpp"

#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/io/pictures/png.hpp>
#include <stylegan/io/pictures/to_uint8.hpp>
#include <stylegan/io/tensors/npy.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstring>
#include <limits>

BOOST_AUTO_TEST_SUITE(generate)

using namespace test;
using Files = std::vector<std::string>;

/// A folder with small.safetensors in it.
struct WithNetwork {
    WithNetwork() { write_network(folder / "small.safetensors"); }

    Outcome generate(const std::string& outdir, std::vector<std::string> more) const {
        std::vector<std::string> all{"generate", "--network", "small.safetensors", "--outdir", outdir};
        all.insert(all.end(), more.begin(), more.end());
        return run_program(folder, all);
    }
    /// Must succeed.
    void make(const std::string& outdir, std::vector<std::string> more) const {
        check_success(generate(outdir, std::move(more)));
    }
    /// Must fail, and leave nothing behind.
    void fail(int status, std::initializer_list<const char*> parts, std::vector<std::string> more) const {
        const Files before = files();
        check_error(generate("out", std::move(more)), status, parts);
        BOOST_TEST(!std::filesystem::exists(folder / "out"));
        BOOST_TEST(files() == before, boost::test_tools::per_element());
    }

    [[nodiscard]] Files files() const {
        Files all = folder.files();
        std::sort(all.begin(), all.end());
        return all;
    }
    [[nodiscard]] bool same(const std::string& a, const std::string& b) const {
        const auto content = read(folder / a);
        return !content.empty() && content == read(folder / b);
    }

    TemporaryFolder folder;
};

/// A .npy file of a float64 matrix, as NumPy writes it.
std::string npy_of_doubles(const std::vector<double>& values, const std::string& shape) {
    std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + ", }";
    header.resize(117, ' ');
    std::string file = std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + '\n';
    const std::size_t at = file.size();
    file.resize(at + 8 * values.size());
    std::memcpy(file.data() + at, values.data(), 8 * values.size());
    return file;
}

BOOST_FIXTURE_TEST_CASE(writes_a_picture_for_each_seed, WithNetwork) {
    const Outcome o = generate("deep/er", {"--seeds", "0-2,100"});
    check_success(o);
    BOOST_TEST(o.out == "4 pictures of 16x16 in deep/er: seed0000.png ... seed0100.png\n");
    const Files expected{"deep/er/seed0000.png", "deep/er/seed0001.png", "deep/er/seed0002.png", "deep/er/seed0100.png",
                         "small.safetensors"};
    BOOST_TEST(files() == expected, boost::test_tools::per_element());
    const stylegan::Image picture = stylegan::read_png(folder / expected[0]);
    BOOST_TEST(picture.size().text() == "16x16 with 3 channels");
    BOOST_TEST(!same(expected[0], expected[1]));
    BOOST_TEST(*std::max_element(picture.pixels.begin(), picture.pixels.end()) !=
               *std::min_element(picture.pixels.begin(), picture.pixels.end()));
}

BOOST_FIXTURE_TEST_CASE(takes_lists_with_spaces, WithNetwork) {
    check_success(generate("out", {"--seeds", " 0-1, 7 ,3"}));
    const Files expected{"out/seed0000.png", "out/seed0001.png", "out/seed0003.png", "out/seed0007.png",
                         "small.safetensors"};
    BOOST_TEST(files() == expected, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(gives_the_same_bytes_whatever_the_threads_and_the_batch, WithNetwork) {
    for (const std::string noise : {"const", "random"}) {
        const std::vector<std::string> seeds{"--seeds", "3-9", "--noise-mode", noise, "--raw", "--trunc", "0.7"};
        make(noise, seeds);
        for (const auto& [threads, batch] : {std::pair{"1", "1"}, {"2", "3"}, {"3", "7"}}) {
            auto other = seeds;
            other.insert(other.end(), {"--threads", threads, "--batch", batch});
            make("other", other);
            for (int seed = 3; seed <= 9; ++seed) {
                const std::string name = "/seed000" + std::to_string(seed) + ".png";
                BOOST_TEST(same(noise + name, "other" + name),
                           noise << ", " << threads << " threads, batch " << batch << name);
            }
            BOOST_TEST(same(noise + "/images.npy", "other/images.npy"),
                       noise << ", " << threads << " threads, batch " << batch);
        }
    }
}

BOOST_FIXTURE_TEST_CASE(puts_pictures_into_a_grid, WithNetwork) {
    make("cells", {"--seeds", "0-4"});
    const Outcome o = generate("grid", {"--seeds", "0-4", "--grid", "3x2"});
    check_success(o);
    BOOST_TEST(contains(o.out, "grid/grid.png, 3 columns and 2 rows"));
    const stylegan::Image grid = stylegan::read_png(folder / "grid/grid.png");
    BOOST_TEST(grid.size().text() == "48x32 with 3 channels");
    for (int i = 0; i < 6; ++i) {
        stylegan::Image cell(16, 16, 3);  // the sixth stays black
        if (i < 5) cell = stylegan::read_png(folder / ("cells/seed000" + std::to_string(i) + ".png"));
        for (int y = 0; y < 16; ++y)
            BOOST_TEST(std::equal(cell.pixel(0, y), cell.pixel(0, y) + 48, grid.pixel(i % 3 * 16, i / 3 * 16 + y)),
                       "cell " << i << ", row " << y);
    }
}

BOOST_FIXTURE_TEST_CASE(writes_the_numbers_before_rounding, WithNetwork) {
    const Outcome o = generate("out", {"--seeds", "7,8", "--raw"});
    check_success(o);
    BOOST_TEST(contains(o.out, "float32 [2,3,16,16], in out/images.npy"));
    const auto array = stylegan::read_npy(folder / "out/images.npy");
    const std::vector<stylegan::Index> shape{2, 3, 16, 16};
    BOOST_TEST_REQUIRE(array.shape == shape, boost::test_tools::per_element());
    const stylegan::Maps<const float> pictures{array.values.data(), {2, 3, 16, 16}};
    const auto rounded = [](float x) { return x * 127.5f == static_cast<float>(static_cast<int>(x * 127.5f)); };
    BOOST_TEST(!std::all_of(array.values.begin(), array.values.end(), rounded));
    for (int i = 0; i < 2; ++i)
        BOOST_TEST(stylegan::to_uint8(pictures, i).pixels ==
                       stylegan::read_png(folder / ("out/seed000" + std::to_string(7 + i) + ".png")).pixels,
                   boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(takes_latents_of_both_precisions, WithNetwork) {
    make("seeds", {"--seeds", "4,5"});
    const auto z = stylegan::latents_of_seeds({4, 5}, 12);
    stylegan::write_npy(folder / "z32.npy", {2, 12}, z.data());
    write(folder / "z64.npy", npy_of_doubles({z.begin(), z.end()}, "(2, 12)"));
    for (const std::string name : {"z32", "z64"}) {
        make(name, {"--latents", name + ".npy"});
        BOOST_TEST(same(name + "/latent0000.png", "seeds/seed0004.png"));
        BOOST_TEST(same(name + "/latent0001.png", "seeds/seed0005.png"));
    }
}

BOOST_FIXTURE_TEST_CASE(truncates, WithNetwork) {
    make("plain", {"--seeds", "0,1"});
    make("zero", {"--seeds", "0,1", "--trunc", "0"});
    make("none", {"--seeds", "0,1", "--trunc", "0", "--trunc-cutoff", "0"});
    make("some", {"--seeds", "0,1", "--trunc", "0", "--trunc-cutoff", "2"});
    make("half", {"--seeds", "0,1", "--trunc", "-0.5"});
    BOOST_TEST(same("zero/seed0000.png", "zero/seed0001.png"));
    BOOST_TEST(same("none/seed0000.png", "plain/seed0000.png"));
    for (const char* other : {"zero", "some", "half"})
        BOOST_TEST(!same(std::string(other) + "/seed0000.png", "plain/seed0000.png"), other);
    BOOST_TEST(!same("some/seed0000.png", "some/seed0001.png"));
}

BOOST_FIXTURE_TEST_CASE(knows_three_noises, WithNetwork) {
    make("usual", {"--seeds", "0"});
    make("const", {"--seeds", "0", "--noise-mode", "const"});
    make("none", {"--seeds", "0", "--noise-mode", "none"});
    make("random", {"--seeds", "0", "--noise-mode", "random"});
    BOOST_TEST(same("usual/seed0000.png", "const/seed0000.png"));
    BOOST_TEST(!same("usual/seed0000.png", "none/seed0000.png"));
    BOOST_TEST(!same("usual/seed0000.png", "random/seed0000.png"));
    BOOST_TEST(!same("none/seed0000.png", "random/seed0000.png"));
}

BOOST_FIXTURE_TEST_CASE(asks_a_labelled_network_for_a_class, WithNetwork) {
    fail(1, {"--class: is 3, expected none", "small.safetensors has no labels"}, {"--seeds", "0", "--class", "3"});
    stylegan::Architecture labelled = small;
    labelled.label_size = 4;
    write_network(folder / "small.safetensors", {.architecture = labelled});
    fail(1, {"--class: is missing, expected 0 to 3", "small.safetensors has labels"}, {"--seeds", "0"});
    fail(1, {"--class: is 4, expected 0 to 3"}, {"--seeds", "0", "--class", "4"});
    fail(2, {"--class: is \"-1\", expected a whole number of at least 0"}, {"--seeds", "0", "--class", "-1"});
    make("zero", {"--seeds", "0,1", "--class", "0"});
    make("three", {"--seeds", "0,1", "--class", "3"});
    BOOST_TEST(!same("zero/seed0000.png", "three/seed0000.png"));
    BOOST_TEST(!same("zero/seed0000.png", "zero/seed0001.png"));
}

BOOST_FIXTURE_TEST_CASE(takes_label_vectors, WithNetwork) {
    fail(1, {"--label: has 2 numbers, expected none", "small.safetensors has no labels"},
         {"--seeds", "0", "--label", "0.2,0.8"});
    stylegan::Architecture labelled = small;
    labelled.label_size = 3;
    write_network(folder / "small.safetensors", {.architecture = labelled});
    make("class", {"--seeds", "0,1", "--class", "1"});
    make("one-hot", {"--seeds", "0,1", "--label", "0,1,0"});
    make("between", {"--seeds", "0,1", "--label", "0.25,0.5,-1e-1"});
    BOOST_TEST(same("class/seed0001.png", "one-hot/seed0001.png"));
    BOOST_TEST(!same("class/seed0001.png", "between/seed0001.png"));

    write(folder / "label.npy", npy_of_doubles({0.25, 0.5, -0.1}, "(3,)"));
    write(folder / "row.NPY", npy_of_doubles({0.25, 0.5, -0.1}, "(1, 3)"));
    make("file", {"--seeds", "0,1", "--label", "label.npy"});
    make("row", {"--seeds", "0,1", "--label", "row.NPY"});
    BOOST_TEST(same("between/seed0001.png", "file/seed0001.png"));
    BOOST_TEST(same("between/seed0001.png", "row/seed0001.png"));
    check_success(run_program(folder, {"style-mixing", "--network", "small.safetensors", "--rows", "0", "--cols", "1",
                                       "--styles", "0", "--label", "0,0,1", "--outdir", "mixed"}));

    fail(1, {"--label: has 2 numbers, expected 3, the length of the labels of small.safetensors"},
         {"--seeds", "0", "--label", "1,2"});
    for (const char* wrong : {"1,x", "1,,2", "", "1,2,", "nan,1,2"})
        fail(2, {"--label: is ", "expected numbers such as 0.2,0.8, or a .npy file"},
             {"--seeds", "0", "--label", wrong});
    fail(2, {"--label", "--class"}, {"--seeds", "0", "--label", "1,2,3", "--class", "0"});
    fail(1, {"none.npy: cannot be opened"}, {"--seeds", "0", "--label", "none.npy"});
    write(folder / "rows.npy", npy_of_doubles({1, 2, 3, 4, 5, 6}, "(2, 3)"));
    fail(1, {"--label rows.npy: has shape [2,3], expected one label, [n] or [1,n]"},
         {"--seeds", "0", "--label", "rows.npy"});
}

BOOST_FIXTURE_TEST_CASE(says_what_it_assumes, WithNetwork) {
    make("told", {"--seeds", "0"});
    write_network(folder / "small.safetensors", {.metadata = false});
    const Outcome o = generate("assumed", {"--seeds", "0"});
    check_success(o);
    BOOST_TEST(o.out.starts_with("small.safetensors does not store its whole architecture; assumed: "));
    BOOST_TEST(std::count(o.out.begin(), o.out.end(), '\n') == 2);
    BOOST_TEST(same("told/seed0000.png", "assumed/seed0000.png"));
}

BOOST_FIXTURE_TEST_CASE(makes_rectangular_and_progressive_pictures, WithNetwork) {
    stylegan::Architecture wide = small;
    wide.base = {4, 6};
    wide.num_channels = 1;
    write_network(folder / "small.safetensors", {.architecture = wide});
    const Outcome o = generate("wide", {"--seeds", "0", "--trunc", "0.5"});
    check_success(o);
    BOOST_TEST(o.out == "1 picture of 24x16 (width x height) in wide: seed0000.png\n");
    BOOST_TEST(stylegan::read_png(folder / "wide/seed0000.png").size().text() == "24x16 with 1 channel");

    stylegan::Architecture progressive = stylegan::config_a;
    progressive.resolution_log2 = 3;
    progressive.fmap_max = progressive.latent_size = 8;
    write_network(folder / "small.safetensors", {.architecture = progressive});
    make("progressive", {"--seeds", "0"});
    BOOST_TEST(stylegan::read_png(folder / "progressive/seed0000.png").size().text() == "8x8 with 3 channels");
    fail(1, {"--trunc: is 0.5, expected 1", "small.safetensors"}, {"--seeds", "0", "--trunc", "0.5"});
}

BOOST_FIXTURE_TEST_CASE(refuses_wrong_flags, WithNetwork) {
    for (const char* seeds : {"5-", "-5", "5-3", "1,,2", "", "x", "4294967296", "1 2"})
        fail(2, {"--seeds: is \"", seeds, "expected numbers and ranges such as 0-35,100"}, {"--seeds", seeds});
    for (const char* psi : {"abc", "", "nan", "0.7x"})
        fail(2, {"--trunc: is \"", psi, "expected a number"}, {"--seeds", "0", "--trunc", psi});
    fail(2, {"--trunc-cutoff: is \"1.5\", expected a whole number"}, {"--seeds", "0", "--trunc-cutoff", "1.5"});
    fail(2, {"--noise-mode: is \"some\", expected const, random or none"}, {"--seeds", "0", "--noise-mode", "some"});
    fail(2, {"--grid: is \"6\", expected columns x rows"}, {"--seeds", "0", "--grid", "6"});
    fail(2, {"--threads: is \"two\", expected a whole number from 0 to 1024"}, {"--seeds", "0", "--threads", "two"});
    fail(2, {"--seeds", "missing", "--latents"}, {});
    check_error(run_program(folder, {"generate", "--network", "small.safetensors", "--seeds", "0"}), 2,
                {"--outdir is required; see stylegan generate --help"});
    fail(2, {"--seeds", "--latents"}, {"--seeds", "0", "--latents", "z.npy"});
    fail(1, {"--grid: is 2x2, expected room for 5 pictures"}, {"--seeds", "0-4", "--grid", "2x2"});
}

BOOST_FIXTURE_TEST_CASE(refuses_wrong_files, WithNetwork) {
    fail(1, {"none.npy: cannot be opened"}, {"--latents", "none.npy"});
    write(folder / "text.npy", "no array");
    fail(1, {"text.npy: is not a NumPy array"}, {"--latents", "text.npy"});
    const std::vector<float> z(26);
    stylegan::write_npy(folder / "z.npy", {2, 13}, z.data());
    fail(1, {"z.npy: has shape [2,13], expected [n,12]", "small.safetensors"}, {"--latents", "z.npy"});
    stylegan::write_npy(folder / "flat.npy", {12}, z.data());
    fail(1, {"flat.npy: has shape [12], expected [n,12]"}, {"--latents", "flat.npy"});
    std::vector<float> infinite(24);
    infinite[13] = std::numeric_limits<float>::infinity();
    stylegan::write_npy(folder / "infinite.npy", {2, 12}, infinite.data());
    fail(1, {"infinite.npy: holds a number that is not finite"}, {"--latents", "infinite.npy"});
    fail(1, {"infinite.npy: holds a number that is not finite"}, {"--projected-w", "infinite.npy"});

    write_network(folder / "small.safetensors", {.without = "Gs/G_mapping/Dense1/weight"});
    fail(1, {"small.safetensors: has no tensor \"Gs/G_mapping/Dense1/weight\", expected one of shape [12,12]"},
         {"--seeds", "0"});
    write(folder / "small.safetensors", "not a network, and long enough");
    fail(1, {"small.safetensors: ", "expected a safetensors file"}, {"--seeds", "0"});
    std::filesystem::remove(folder / "small.safetensors");
    fail(1, {"small.safetensors: cannot be opened: No such file"}, {"--seeds", "0"});
}

BOOST_FIXTURE_TEST_CASE(refuses_a_folder_that_cannot_be_made, WithNetwork) {
    write(folder / "file", "in the way");
    for (const std::string outdir : {"file", "file/below"}) {
        check_error(generate(outdir, {"--seeds", "0"}), 1, {"--outdir", outdir.c_str(), "cannot be created"});
        BOOST_TEST(files().size() == 2u);
    }
}

/// Pictures are written while others are computed: an error of the writer ends the command, for the first and the last.
BOOST_FIXTURE_TEST_CASE(tells_of_a_picture_that_cannot_be_written, WithNetwork) {
    for (const std::string name : {"seed0000.png", "seed0003.png"}) {
        std::filesystem::create_directories(folder / "out" / name / "in the way");
        check_error(generate("out", {"--seeds", "0-3", "--batch", "1"}), 1, {name.c_str()});
        std::filesystem::remove_all(folder / "out");
    }
}

BOOST_FIXTURE_TEST_CASE(leaves_whole_files_after_ctrl_c, WithNetwork) {
    Program program(folder.path(),
                    {"generate", "--network", "small.safetensors", "--seeds", "0-999999", "--outdir", "out"});
    for (int i = 0; i < 1000 && !exists(folder / "out/seed0020.png"); ++i) ::usleep(10000);
    program.interrupt();
    check_error(program.wait(), 130, {"interrupted after ", " of 1000000 pictures"});
    for (const std::string& name : files()) BOOST_TEST(!contains(name, "partial"), name);
    BOOST_TEST(!exists(folder / "out/seed999999.png"));
}

BOOST_AUTO_TEST_CASE(works_with_the_shipped_network, *needs_example_data("faces-32.safetensors")) {
    const std::string network = example_data("faces-32.safetensors");
    const TemporaryFolder folder;
    check_success(run_program(folder, {"generate", "--network", network, "--seeds", "0-35", "--grid", "6x6", "--trunc",
                                       "0.7", "--outdir", "out"}));
    BOOST_TEST(stylegan::read_png(folder / "out/grid.png").size().text() == "192x192 with 3 channels");
}

BOOST_AUTO_TEST_CASE(the_latents_are_not_replaced_by_what_is_written) {
    const TemporaryFolder folder;
    write_network(folder / "small.safetensors");
    std::filesystem::create_directories(folder / "out");
    const std::vector<float> z(12, 0.5f);
    stylegan::write_npy(folder / "out/images.npy", {1, 12}, z.data());
    const auto before = read(folder / "out/images.npy");
    check_error(run_program(folder, {"generate", "--network", "small.safetensors", "--latents", "out/images.npy",
                                     "--raw", "--outdir", "out/../out"}),
                1, {"--latents out/images.npy", "is the file that --raw writes"});
    BOOST_TEST((read(folder / "out/images.npy") == before));
    check_success(run_program(
        folder, {"generate", "--network", "small.safetensors", "--latents", "out/images.npy", "--outdir", "out"}));
}

BOOST_AUTO_TEST_SUITE_END()
