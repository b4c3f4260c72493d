// SPDX-License-Identifier: Apache-2.0
#include "cli/run_program.hpp"

#include <stylegan/io/datasets/dataset.hpp>
#include <stylegan/io/pictures/channels.hpp>
#include <stylegan/io/pictures/png.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>

BOOST_AUTO_TEST_SUITE(dataset_tool)

using namespace test;

/// A picture of one colour.
void write_picture(const std::filesystem::path& path, int width, int height, std::uint8_t value) {
    stylegan::Image image(width, height, 3);
    std::fill(image.pixels.begin(), image.pixels.end(), value);
    std::filesystem::create_directories(path.parent_path());
    stylegan::write_png(path, image);
}

/// A folder "in" of three pictures.
struct WithPictures {
    WithPictures() {
        for (int i = 0; i < 3; ++i)
            write_picture(folder / ("in/" + std::string(1, static_cast<char>('a' + i)) + ".png"), 12, 8,
                          static_cast<std::uint8_t>(50 * i));
    }
    [[nodiscard]] Outcome tool(const std::string& source, std::vector<std::string> more = {}) const {
        std::vector<std::string> all{"dataset-tool", "--source", source, "--dest", "out.zip"};
        all.insert(all.end(), more.begin(), more.end());
        return run_program(folder, all);
    }
    /// Must fail and write nothing.
    void fail(int status, std::initializer_list<const char*> parts, const std::string& source,
              std::vector<std::string> more = {}) const {
        const std::size_t before = folder.files().size();
        check_error(tool(source, std::move(more)), status, parts);
        BOOST_TEST(folder.files().size() == before);
    }

    TemporaryFolder folder;
};

BOOST_FIXTURE_TEST_CASE(makes_an_archive, WithPictures) {
    const Outcome o = tool("in");
    check_success(o);
    for (const char* part : {"Wrote 3 pictures to out.zip\n", "12x8 (width x height)\n", "Channels  3\n",
                             "Labels    none\n", "Skipped   0 files\n"})
        BOOST_TEST(contains(o.out, part), part << " in\n" << o.out);
    const stylegan::Dataset data(folder / "out.zip");
    BOOST_TEST(data.size() == 3u);
    BOOST_TEST(data.name(2) == "00000/img00000002.png");
    BOOST_TEST(data.picture(2).front() == 100);
}

BOOST_FIXTURE_TEST_CASE(crops_resizes_and_stops, WithPictures) {
    check_success(tool("in", {"--transform", "center-crop", "--resolution", "4x4", "--max-images", "2"}));
    const stylegan::Dataset data(folder / "out.zip");
    BOOST_TEST(data.size() == 2u);
    BOOST_TEST(data.width() == 4);
    BOOST_TEST(data.height() == 4);

    check_success(run_program(folder, {"dataset-tool", "--source", "out.zip", "--dest", "padded", "--transform", "pad",
                                       "--resolution", "8x4"}));
    const stylegan::Dataset padded(folder / "padded");
    BOOST_TEST(padded.width() == 8);
    BOOST_TEST(padded.height() == 4);
    BOOST_TEST(padded.picture(1).front() == 0);
}

BOOST_FIXTURE_TEST_CASE(converts_channels, WithPictures) {
    stylegan::write_png(folder / "in/grey.png", stylegan::Image(12, 8, 1));
    stylegan::write_png(folder / "in/opaque.png", stylegan::with_channels(stylegan::read_png(folder / "in/c.png"), 4));
    BOOST_TEST(contains(tool("in").out,
                        "grey.png: is 12x8 with 1 channel, expected 12x8 with 3 channels, the size of "
                        "most; --channels converts it\n"));
    const Outcome o = tool("in", {"--channels", "rgb", "--strict"});
    check_success(o);
    BOOST_TEST(contains(o.out, "Wrote 5 pictures to out.zip\n"), o.out);
    BOOST_TEST(contains(o.out, "Converted 2 files: grey.png (grey), opaque.png (RGB with alpha)\n"), o.out);
    const stylegan::Dataset data(folder / "out.zip");
    BOOST_TEST(data.channels() == 3);
    BOOST_TEST(data.picture(2) == data.picture(4));
    fail(2, {"--channels: is \"4\", expected grey, rgb or rgba"}, "in", {"--channels", "4"});
}

BOOST_FIXTURE_TEST_CASE(counts_what_it_leaves_out, WithPictures) {
    write(folder / "in/.DS_Store", "");
    write(folder / "more/d.png", read(folder / "in/a.png"));
    std::filesystem::create_directory_symlink(folder / "more", folder / "in/linked");
    std::filesystem::create_directory_symlink(".", folder / "more/loop");
    std::filesystem::create_directory_symlink(folder / "in", folder / "more/back");
    const Outcome o = tool("in", {"--strict", "--max-images", "4"});
    check_success(o);
    BOOST_TEST(contains(o.out, "Wrote 4 pictures to out.zip\n"), o.out);
    BOOST_TEST(contains(o.out,
                        "Left out  3 files: .DS_Store (hidden), linked/back/ (a link to a folder that is listed "
                        "already), linked/loop/ (a link to a folder that is listed already)\n"),
               o.out);
}

BOOST_FIXTURE_TEST_CASE(never_overwrites_its_source, WithPictures) {
    check_success(tool("in"));
    const auto before = read(folder / "out.zip");
    std::filesystem::create_symlink("out.zip", folder / "link.zip");
    for (const char* source : {"out.zip", "./in/../out.zip", "link.zip"})
        check_error(tool(source, {"--resolution", "4x4"}), 1,
                    {"--dest out.zip: is --source ", " itself, which would be overwritten"});
    BOOST_TEST((read(folder / "out.zip") == before));
    check_error(tool("."), 1, {"--dest out.zip: is inside --source ."});
    check_success(run_program(folder, {"dataset-tool", "--source", "in", "--dest", "UPPER.ZIP"}));
    BOOST_TEST((read(folder / "UPPER.ZIP") == before));
}

BOOST_FIXTURE_TEST_CASE(lists_every_bad_file, WithPictures) {
    write(folder / "in/note.txt", "no picture");
    write_picture(folder / "in/other.png", 5, 5, 9);
    auto cut = read(folder / "in/a.png");
    cut.resize(cut.size() / 2);
    write(folder / "in/cut.png", cut);

    const Outcome o = tool("in");
    check_success(o);
    for (const char* name : {"note.txt: is not a picture", "other.png: is 5x5 with 3 channels",
                             "cut.png: cannot be read as PNG: it is cut off"})
        BOOST_TEST(contains(o.out, std::string("Skipped in/") + name), name << " in\n" << o.out);
    BOOST_TEST(contains(o.out, "Wrote 3 pictures to out.zip"));
    BOOST_TEST(contains(o.out, "Skipped   3 files"));

    std::filesystem::remove(folder / "out.zip");
    const Outcome strict = tool("in", {"--strict"});
    check_error(strict, 1, {"in: 3 of 6 files are bad, expected none with --strict"});
    BOOST_TEST(std::count(strict.out.begin(), strict.out.end(), '\n') == 3);
    BOOST_TEST(!exists(folder / "out.zip"));
}

BOOST_FIXTURE_TEST_CASE(refuses_bad_sources, WithPictures) {
    fail(1, {"none: cannot be opened"}, "none");
    std::filesystem::create_directories(folder / "empty");
    fail(1, {"empty: ", "expected PNG"}, "empty");
    write(folder / "texts/note.txt", "no picture");
    check_error(tool("texts"), 1, {"texts: has no usable pictures"});

    auto cut = read(example_data("faces-32.zip"));
    cut.resize(cut.size() / 2);
    write(folder / "cut.zip", cut);
    fail(1, {"cut.zip: ", "cut off"}, "cut.zip");
}

BOOST_FIXTURE_TEST_CASE(refuses_wrong_flags, WithPictures) {
    fail(2, {"--transform: is \"crop\", expected center-crop, center-crop-wide or pad"}, "in", {"--transform", "crop"});
    fail(2, {"--resolution: is \"64\", expected width x height"}, "in", {"--resolution", "64"});
    fail(2, {"--max-images: is \"0\", expected a whole number of at least 1"}, "in", {"--max-images", "0"});
    fail(1, {"--transform center-crop-wide", "--resolution"}, "in", {"--transform", "center-crop-wide"});
    check_error(run_program(folder, {"dataset-tool", "--source", "in"}), 2, {"--dest"});
    write(folder / "file", "in the way");
    check_error(run_program(folder, {"dataset-tool", "--source", "in", "--dest", "file/out.zip"}), 1,
                {"file/out.zip: ", "cannot be created"});
}

BOOST_AUTO_TEST_SUITE_END()
