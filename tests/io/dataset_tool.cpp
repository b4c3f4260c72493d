// SPDX-License-Identifier: Apache-2.0
#include "commands/make_dataset.hpp"
#include "temporary_folder.hpp"
#include "test_images.hpp"

#include <stylegan/io/datasets/dataset.hpp>
#include <stylegan/io/pictures/channels.hpp>
#include <stylegan/io/pictures/png.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(dataset_tool)

using stylegan::Dataset;
using stylegan::encode_png;
using stylegan::FileError;
using stylegan::FormatError;
using stylegan::Image;
using stylegan::ValueError;
using stylegan::examples::DatasetToolOptions;
using stylegan::examples::DatasetToolResult;
using stylegan::examples::PictureTransform;

namespace {

DatasetToolResult run(const DatasetToolOptions& options, std::string* report = nullptr) {
    std::ostringstream out;
    const auto print = [&] {
        if (report != nullptr) *report = out.str();
    };
    try {
        DatasetToolResult result = stylegan::examples::make_dataset(options, {}, out);
        print();
        return result;
    } catch (...) {
        print();
        throw;
    }
}

/// Sixteen good pictures in two folders, one of them JPEG.
void write_source(const test::TemporaryFolder& folder, int width, int height) {
    for (int i = 0; i < 15; ++i) {
        const auto seed = static_cast<std::uint64_t>(i);
        test::write(folder / ("in/" + std::string(i < 8 ? "a/" : "b/") + static_cast<char>('a' + i) + ".png"),
                    encode_png(test::random_image(width, height, 3, seed)));
    }
    test::write(folder / "in/b/z.jpeg", test::encode_jpeg(test::smooth_image(width, height, 3)));
}

}  // namespace

BOOST_AUTO_TEST_CASE(folder_to_archive_and_to_folder) {
    const test::TemporaryFolder folder;
    write_source(folder, 10, 6);
    for (const char* dest : {"sub/out.zip", "sub/out"}) {
        std::string report;
        const auto result = run({.source = folder / "in", .dest = folder / dest}, &report);
        BOOST_TEST(result.written == 16u);
        BOOST_TEST(result.skipped.empty());
        BOOST_TEST(result.size.text() == "10x6 with 3 channels");
        BOOST_TEST(test::contains(report, "Wrote 16 pictures"), report);
        const Dataset data(folder / dest);
        BOOST_TEST(data.size() == 16u);
        BOOST_TEST(!data.has_labels());
        BOOST_TEST(data.name(15) == "00000/img00000015.png");
        const Image image = test::random_image(10, 6, 3, 4);
        const auto stored = data.picture(4);
        for (std::size_t p = 0; p < 60; ++p)
            for (std::size_t c = 0; c < 3; ++c) BOOST_REQUIRE(stored[c * 60 + p] == image.pixels[p * 3 + c]);
    }
    // With the archive as source the tool writes it again, byte for byte.
    run({.source = folder / "sub/out.zip", .dest = folder / "again.zip"});
    BOOST_TEST(test::read(folder / "again.zip") == test::read(folder / "sub/out.zip"));
}

BOOST_AUTO_TEST_CASE(all_bad_files_are_listed_and_skipped) {
    const test::TemporaryFolder folder;
    write_source(folder, 16, 16);
    auto cut = encode_png(test::random_image(16, 16, 3));
    cut.resize(cut.size() - 30);
    test::write(folder / "in/a/0cut.png", cut);
    test::write(folder / "in/a/0header.png", std::span(cut).first(20));
    test::write(folder / "in/a/0empty.png", "");
    test::write(folder / "in/notes.txt", "no picture");
    test::write(folder / "in/0size.png", encode_png(test::random_image(16, 8, 3)));
    test::write(folder / "in/0grey.png", encode_png(test::random_image(16, 16, 1)));
    test::write(folder / "in/.hidden", "no picture");

    std::string report;
    const auto result = run({.source = folder / "in", .dest = folder / "out.zip"}, &report);
    BOOST_TEST(result.written == 16u);
    BOOST_TEST(result.skipped.size() == 6u);
    for (const char* part : {"a/0cut.png: ", "a/0header.png: ", "a/0empty.png: is empty", "notes.txt: is not a picture",
                             "0size.png: is 16x8 with 3 channels, expected 16x16 with 3 channels",
                             "0grey.png: is 16x16 with 1 channel, expected 16x16 with 3 channels", "Skipped   6 files"})
        BOOST_TEST(test::contains(report, part), report << " lacks: " << part);
    BOOST_TEST(Dataset(folder / "out.zip").size() == 16u);

    for (const char* dest : {"strict.zip", "strict"}) {
        const std::size_t before = folder.files().size();
        BOOST_CHECK_THROW(run({.source = folder / "in", .dest = folder / dest, .strict = true}, &report), FormatError);
        BOOST_TEST(folder.files().size() == before);
        BOOST_TEST(!std::filesystem::exists(folder / dest));
        BOOST_TEST(std::count(report.begin(), report.end(), '\n') == 6);
    }
}

BOOST_AUTO_TEST_CASE(transforms) {
    const test::TemporaryFolder folder;
    Image image(20, 10, 3);
    for (int y = 0; y < 10; ++y)
        for (int x = 0; x < 20; ++x) image.pixel(x, y)[0] = static_cast<std::uint8_t>(x < 5 || x >= 15 ? 10 : 250);
    test::write(folder / "in/a.png", encode_png(image));
    int count = 0;
    const auto result_of = [&](PictureTransform transform, std::optional<stylegan::examples::Resolution> resolution) {
        const auto dest = folder / ("out" + std::to_string(count++));
        run({.source = folder / "in", .dest = dest, .transform = transform, .resolution = resolution});
        return stylegan::read_png(dest / "00000/img00000000.png");
    };
    const auto size = [](const Image& x) { return std::pair(x.width, x.height); };

    BOOST_TEST((size(result_of(PictureTransform::none, {})) == std::pair(20, 10)));
    const Image stretched = result_of(PictureTransform::none, {{4, 8}});
    BOOST_TEST((size(stretched) == std::pair(4, 8)));
    BOOST_TEST(stretched.pixel(0, 3)[0] == 10);

    const Image square = result_of(PictureTransform::center_crop, {});
    BOOST_TEST((size(square) == std::pair(10, 10)));
    BOOST_TEST(std::count(square.pixels.begin(), square.pixels.end(), 250) == 100);
    BOOST_TEST((size(result_of(PictureTransform::center_crop, {{5, 5}})) == std::pair(5, 5)));
    const Image tall = result_of(PictureTransform::center_crop, {{4, 8}});
    BOOST_TEST((size(tall) == std::pair(4, 8)));
    BOOST_TEST(std::count(tall.pixels.begin(), tall.pixels.end(), 250) == 32);

    const Image wide = result_of(PictureTransform::center_crop_wide, {{8, 4}});
    BOOST_TEST((size(wide) == std::pair(8, 8)));
    BOOST_TEST(wide.pixel(0, 1)[0] == 0);
    BOOST_TEST(wide.pixel(0, 2)[0] == 10);
    BOOST_TEST(wide.pixel(4, 5)[0] == 250);
    BOOST_TEST(wide.pixel(4, 6)[0] == 0);

    const Image padded = result_of(PictureTransform::pad, {});
    BOOST_TEST((size(padded) == std::pair(20, 20)));
    BOOST_TEST(padded.pixel(10, 4)[0] == 0);
    BOOST_TEST(padded.pixel(10, 5)[0] == 250);
    BOOST_TEST((size(result_of(PictureTransform::pad, {{6, 9}})) == std::pair(6, 9)));
}

BOOST_AUTO_TEST_CASE(different_sizes_become_equal) {
    const test::TemporaryFolder folder;
    test::write(folder / "in/a.png", encode_png(test::random_image(20, 11, 3)));
    test::write(folder / "in/b.png", encode_png(test::random_image(7, 30, 3)));
    test::write(folder / "in/c.png", encode_png(test::random_image(7, 30, 4)));
    const auto result = run({.source = folder / "in",
                             .dest = folder / "out.zip",
                             .transform = PictureTransform::center_crop,
                             .resolution = {{6, 4}}});
    BOOST_TEST(result.written == 2u);  // the third has other channels
    BOOST_TEST(result.skipped.size() == 1u);
    BOOST_TEST(Dataset(folder / "out.zip").width() == 6);
    const auto first = run({.source = folder / "in", .dest = folder / "first.zip"});
    BOOST_TEST(first.size.text() == "20x11 with 3 channels");  // all sizes equally frequent: that of the first
}

BOOST_AUTO_TEST_CASE(labels_and_limit) {
    const test::TemporaryFolder folder;
    write_source(folder, 8, 8);
    test::write(folder / "in/dataset.json",
                R"({"labels": [["a/a.png", 1], ["a/b.png", 0], ["a/d.png", 3], ["a/e.png", 7]]})");
    auto result = run({.source = folder / "in", .dest = folder / "out.zip", .max_images = 3});
    BOOST_TEST(result.written == 3u);
    BOOST_TEST(result.skipped.size() == 1u);  // c has no label; those after d were not looked at
    BOOST_TEST(result.label_size == 4);
    const Dataset data(folder / "out.zip");
    BOOST_TEST(data.label_size() == 4);
    BOOST_TEST(data.label(2) == (std::vector<float>{0, 0, 0, 1}), boost::test_tools::per_element());

    test::write(folder / "in/dataset.json", R"({"labels": [["a/a.png", [0.25, 3]]]})");
    result = run({.source = folder / "in", .dest = folder / "vector.zip"});
    BOOST_TEST(result.label_size == 2);
    BOOST_TEST(Dataset(folder / "vector.zip").label(0).at(0) == 0.25f);

    test::write(folder / "in/dataset.json", R"({"labels": [["a/a.png", [0.9, -1e-7, 123456.7]]]})");
    (void)run({.source = folder / "in", .dest = folder / "decimals"});
    const auto bytes =
        test::read(folder / "decimals/dataset.json");  // the decimal of the source, not the nearest float
    BOOST_TEST(std::string(bytes.begin(), bytes.end()) ==
               R"({"labels":[["00000/img00000000.png",[0.9,-1e-07,123456.7]]]})");

    test::write(folder / "in/dataset.json", "{");
    BOOST_CHECK_THROW(run({.source = folder / "in", .dest = folder / "wrong.zip"}), FormatError);
}

BOOST_AUTO_TEST_CASE(channels_are_converted_if_asked_for) {
    const test::TemporaryFolder folder;
    write_source(folder, 8, 8);
    const Image grey = test::random_image(8, 8, 1), rgb = test::random_image(8, 8, 3);
    Image clear = stylegan::with_channels(rgb, 4);
    clear.pixel(3, 2)[3] = 0;
    const auto bit_rows = std::vector<stylegan::Bytes>(8, {0x0F});
    const auto palette_rows = std::vector<stylegan::Bytes>(8, {0x1B, 0x1B});
    const std::vector<png_color> palette{{10, 20, 30}, {40, 50, 60}, {70, 80, 90}, {1, 2, 3}};
    test::write(folder / "in/0bits.png", test::raw_png(8, 8, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, bit_rows));
    test::write(folder / "in/1grey.png", encode_png(grey));
    test::write(folder / "in/2opaque.png", encode_png(stylegan::with_channels(rgb, 4)));
    test::write(folder / "in/3clear.png", encode_png(clear));
    test::write(folder / "in/4palette.png",
                test::raw_png(8, 8, 2, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE, palette_rows, palette, {0}));
    test::write(folder / "in/5grey.jpg", test::encode_jpeg(test::smooth_image(8, 8, 1)));

    std::string report;
    auto result = run({.source = folder / "in", .dest = folder / "most.zip"}, &report);
    BOOST_TEST(result.written == 16u);
    BOOST_TEST(result.skipped.size() == 6u);
    BOOST_TEST(result.converted.empty());
    BOOST_TEST(test::contains(report,
                              "1grey.png: is 8x8 with 1 channel, expected 8x8 with 3 channels, the size of "
                              "most; --channels converts it"),
               report);

    result = run({.source = folder / "in", .dest = folder / "rgb", .channels = 3}, &report);
    BOOST_TEST(result.written == 22u);
    BOOST_TEST(result.skipped.empty());
    BOOST_TEST(result.size.channels == 3);
    BOOST_TEST(test::contains(report,
                              "Converted 6 files: 0bits.png (grey), 1grey.png (grey), 2opaque.png (RGB with "
                              "alpha) and 3 more\n"),
               report);
    BOOST_TEST_REQUIRE(result.converted.size() == 6u);
    BOOST_TEST(result.converted[3].reason == "RGB with alpha, now on white");
    const auto written = [&](int i) {
        return stylegan::read_png(folder / ("rgb/00000/img0000000" + std::to_string(i) + ".png"));
    };
    BOOST_TEST(static_cast<int>(written(0).pixel(7, 7)[2]) == 255);
    BOOST_TEST(written(1).pixels == stylegan::with_channels(grey, 3).pixels);
    BOOST_TEST(written(2).pixels == rgb.pixels);
    BOOST_TEST(static_cast<int>(written(3).pixel(3, 2)[0]) == 255);
    BOOST_TEST(static_cast<int>(written(3).pixel(4, 2)[0]) == static_cast<int>(rgb.pixel(4, 2)[0]));
    BOOST_TEST(static_cast<int>(written(4).pixel(0, 0)[0]) == 255);  // its first colour is transparent
    BOOST_TEST(static_cast<int>(written(4).pixel(1, 0)[0]) == 40);

    result = run({.source = folder / "in", .dest = folder / "grey.zip", .channels = 1});
    BOOST_TEST(result.written == 22u);
    BOOST_TEST(Dataset(folder / "grey.zip").channels() == 1);
    result = run({.source = folder / "in", .dest = folder / "rgba.zip", .channels = 4, .strict = true});
    BOOST_TEST(result.written == 22u);
    BOOST_TEST(Dataset(folder / "rgba.zip").channels() == 4);
}

BOOST_AUTO_TEST_CASE(hidden_files_are_counted_and_not_bad) {
    const test::TemporaryFolder folder;
    write_source(folder, 8, 8);
    for (const char* name : {"in/.DS_Store", "in/a/._a.png", "in/__MACOSX/._z.png", "in/b/Thumbs.db"})
        test::write(folder / name, "no picture");
    std::string report;
    const auto result = run({.source = folder / "in", .dest = folder / "out.zip", .strict = true}, &report);
    BOOST_TEST(result.written == 16u);
    BOOST_TEST(result.left_out.size() == 4u);
    BOOST_TEST(test::contains(report,
                              "Left out  4 files: .DS_Store (hidden), __MACOSX/ (added by macOS), a/._a.png "
                              "(hidden) and 1 more\n"),
               report);

    std::filesystem::create_directory(folder / "hidden");
    test::write(folder / "hidden/.a.png", encode_png(test::random_image(8, 8, 3)));
    BOOST_TEST(test::contains(
        test::message_of<FormatError>([&] { run({.source = folder / "hidden", .dest = folder / "none.zip"}); }),
        "; left out: 1 file: .a.png (hidden)"));
}

BOOST_AUTO_TEST_CASE(names_of_labels_may_differ_or_are_told) {
    const test::TemporaryFolder folder;
    for (const char* name : {"in/f/1.png", "in/f/2.png"})
        test::write(folder / name, encode_png(test::random_image(8, 8, 3)));
    test::write(folder / "in/f/notes.txt", "no picture");
    test::write(folder / "in/f/dataset.json", R"({"labels": [[".\\1.png", 0], ["other/2.png", 1]]})");
    std::string report;
    const auto result = run({.source = folder / "in", .dest = folder / "out.zip"}, &report);
    BOOST_TEST(result.written == 1u);
    BOOST_TEST(result.skipped.size() == 2u);  // dataset.json is not one of them
    BOOST_TEST(test::contains(report,
                              "dataset.json: the first name in it without a picture is \"other/2.png\", the "
                              "first picture without a label \"f/2.png\"\n"),
               report);
    test::write(folder / "in/f/dataset.json", R"({"labels": [["x.png", 0]]})");
    BOOST_TEST(test::contains(
        test::message_of<FormatError>([&] { run({.source = folder / "in", .dest = folder / "none.zip"}); }),
        "dataset.json: its names are not those of the pictures: the first name in it without a picture is "
        "\"x.png\", the first picture without a label \"f/1.png\""));
}

BOOST_AUTO_TEST_CASE(the_source_is_never_overwritten) {
    const test::TemporaryFolder folder;
    write_source(folder, 8, 8);
    run({.source = folder / "in", .dest = folder / "a.zip"});
    const auto before = test::read(folder / "a.zip");
    std::filesystem::create_symlink(folder / "a.zip", folder / "link.zip");
    std::filesystem::create_hard_link(folder / "a.zip", folder / "hard.zip");
    std::filesystem::create_directory_symlink(folder / "in", folder / "linked");
    const auto refusal = [&](const std::string& source, const std::string& dest) {
        return test::message_of<FileError>([&] { run({.source = folder / source, .dest = folder / dest}); });
    };
    for (const auto& [source, dest] : {std::pair{"a.zip", "a.zip"},
                                       {"a.zip", "in/../a.zip"},
                                       {"a.zip", "link.zip"},
                                       {"link.zip", "a.zip"},
                                       {"a.zip", "hard.zip"},
                                       {"in", "in"},
                                       {"in", "./in/"},
                                       {"in", "linked"},
                                       {"linked", "in"}}) {
        const std::string message = refusal(source, dest);
        BOOST_TEST(test::contains(message, " itself, which would be overwritten"), message << " for " << dest);
    }
    for (const char* dest : {"in/out.zip", "in/a/out", "linked/out.zip", "in/new/out.zip"})
        BOOST_TEST(test::contains(refusal("in", dest), ": is inside --source "), dest);
    BOOST_TEST(test::contains(refusal("in/a", "in"), ": contains --source "));
    BOOST_TEST(test::contains(refusal("a.zip", "."), ": contains --source "));
    BOOST_TEST((test::read(folder / "a.zip") == before));
    BOOST_TEST(folder.files().size() == 19u);  // the pictures and the archive with its second name and its link

    run({.source = folder / "in", .dest = folder / "in2.zip"});  // begins like the source, and is another
    for (const char* dest : {"B.ZIP", "c.Zip"}) {
        run({.source = folder / "in", .dest = folder / dest});
        BOOST_TEST(std::filesystem::is_regular_file(folder / dest));
        BOOST_TEST((test::read(folder / dest) == before));
    }
}

BOOST_AUTO_TEST_CASE(wrong_use) {
    const test::TemporaryFolder folder;
    write_source(folder, 8, 8);
    const auto in = folder / "in", out = folder / "out.zip";
    BOOST_CHECK_THROW(run({.source = folder / "none", .dest = out}), FileError);
    BOOST_CHECK_THROW(run({.source = in, .dest = out, .transform = PictureTransform::center_crop_wide}), ValueError);
    BOOST_CHECK_THROW(
        run({.source = in, .dest = out, .transform = PictureTransform::center_crop_wide, .resolution = {{4, 8}}}),
        ValueError);
    BOOST_CHECK_THROW(run({.source = in, .dest = out, .resolution = {{0, 8}}}), ValueError);
    BOOST_CHECK_THROW(run({.source = in, .dest = out, .resolution = {{1 << 20, 8}}}), ValueError);
    BOOST_CHECK_THROW(run({.source = in, .dest = folder / "in"}), FileError);  // not empty
    std::filesystem::create_directory(folder / "empty");
    BOOST_CHECK_THROW(run({.source = folder / "empty", .dest = out}), FormatError);
    test::write(folder / "empty/notes.txt", "no picture");
    BOOST_CHECK_THROW(run({.source = folder / "empty", .dest = out}), FormatError);
    BOOST_TEST(!std::filesystem::exists(out));
    BOOST_TEST(folder.files().size() == 17u);  // the sixteen pictures and the notes: nothing half-written
}

BOOST_AUTO_TEST_CASE(progress_ends_at_the_total_and_may_stop_the_run) {
    const test::TemporaryFolder folder;
    write_source(folder, 8, 8);
    std::ostringstream report;
    std::vector<std::size_t> done;
    stylegan::examples::make_dataset(
        {.source = folder / "in", .dest = folder / "out.zip"},
        [&](std::size_t n, std::size_t total) {
            BOOST_TEST(total == 16u);
            done.push_back(n);
        },
        report);
    BOOST_TEST(std::is_sorted(done.begin(), done.end()));
    BOOST_TEST(done.back() == 16u);
    const auto stop = [](std::size_t n, std::size_t) {
        if (n == 5) throw stylegan::Error("stopped");
    };
    BOOST_CHECK_THROW(stylegan::examples::make_dataset({.source = folder / "in", .dest = folder / "o"}, stop, report),
                      stylegan::Error);
    BOOST_TEST(!std::filesystem::exists(folder / "o"));
    BOOST_TEST(folder.files().size() == 17u);
}

BOOST_AUTO_TEST_SUITE_END()
