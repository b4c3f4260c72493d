// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"
#include "io/test_images.hpp"

#include <stylegan/io/datasets/dataset.hpp>
#include <stylegan/io/datasets/dataset_labels.hpp>
#include <stylegan/io/pictures/png.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(dataset)

using stylegan::Dataset;
using stylegan::FileError;
using stylegan::FormatError;
using stylegan::Image;
using stylegan::ValueError;

namespace {

std::string picture_name(int i) { return "00000/img0000000" + std::to_string(i) + ".png"; }

/// Writes `count` random pictures to a folder x and to an archive x.zip.
void write_pictures(const test::TemporaryFolder& folder, int count, int width, int height, int channels,
                    const std::string& json = {}) {
    stylegan::ZipWriter writer(folder / "x.zip");
    for (int i = 0; i < count; ++i) {
        const auto png =
            stylegan::encode_png(test::random_image(width, height, channels, static_cast<std::uint64_t>(i)));
        writer.add(picture_name(i), png);
        test::write(folder / ("x/" + picture_name(i)), png);
    }
    if (!json.empty()) {
        writer.add("dataset.json", json);
        test::write(folder / "x/dataset.json", json);
    }
    writer.commit();
}

/// The definition in double precision: means of means, rounded once.
std::vector<std::uint8_t> plain_halving(const Image& image, int halvings) {
    const int size = 1 << halvings, w = image.width / size, h = image.height / size;
    std::vector<std::uint8_t> planes;
    for (int c = 0; c < image.channels; ++c)
        for (int y = 0; y < h; ++y)
            for (int x = 0; x < w; ++x) {
                double sum = 0;
                for (int j = 0; j < size; ++j)
                    for (int i = 0; i < size; ++i) sum += image.pixel(x * size + i, y * size + j)[c];
                planes.push_back(static_cast<std::uint8_t>(std::nearbyint(sum / (size * size))));
            }
    return planes;
}

std::string complaint(const std::filesystem::path& path) {
    return test::message_of<FormatError>([&] { Dataset d(path); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(pictures_at_every_resolution) {
    const test::TemporaryFolder folder;
    for (const int channels : {1, 3, 4}) {
        write_pictures(folder, 3, 24, 16, channels);
        for (const char* form : {"x", "x.zip"})
            for (const std::size_t cache : {std::size_t{0}, std::size_t{500}, std::size_t{1} << 20}) {
                const Dataset data(folder / form, {.cache_bytes = cache});
                BOOST_TEST(data.size() == 3u);
                BOOST_TEST(data.width() == 24);
                BOOST_TEST(data.height() == 16);
                BOOST_TEST(data.channels() == channels);
                BOOST_TEST(!data.has_labels());
                BOOST_TEST(data.label_size() == 0);
                BOOST_TEST(data.label(0).empty());
                for (const int halvings : {0, 3, 1, 1, 2, 0})
                    for (int i = 0; i < 3; ++i) {
                        const auto n = static_cast<std::size_t>(i);
                        BOOST_TEST(data.name(n) == picture_name(i));
                        const Image image = test::random_image(24, 16, channels, n);
                        BOOST_TEST((data.picture(n, halvings) == plain_halving(image, halvings)));
                    }
                BOOST_CHECK_THROW((void)data.picture(0, 4), ValueError);
                BOOST_CHECK_THROW((void)data.picture(0, -1), ValueError);
                BOOST_CHECK_THROW((void)data.picture(3), ValueError);
            }
        std::filesystem::remove_all(folder / "x");
    }
}

// 0, 0, 0, 2 has mean 0.5, and 1, 1, 1, 3 has 1.5: half goes to even, as in NumPy's rint. The 4x4 picture has mean
// 0.625; rounded between the levels its blocks of 0.75, 0.75, 0.5, 0.5 would be 1, 1, 0, 0, and the result 0.
BOOST_AUTO_TEST_CASE(rounding) {
    const auto halve = [](const std::vector<std::uint8_t>& x, int size, int halvings) {
        return static_cast<int>(stylegan::halve_planes(x, 1, size, size, halvings).at(0));
    };
    BOOST_TEST(halve({0, 0, 0, 2}, 2, 1) == 0);
    BOOST_TEST(halve({1, 1, 1, 3}, 2, 1) == 2);
    BOOST_TEST(halve({0, 1, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1}, 4, 2) == 1);
    BOOST_TEST(halve({255, 255, 255, 255}, 2, 1) == 255);
}

BOOST_AUTO_TEST_CASE(class_labels) {
    const test::TemporaryFolder folder;
    write_pictures(folder, 3, 8, 8, 3,
                   R"({"labels": [["00000/img00000002.png", 4], ["00000/img00000000.png", 0],
                       ["00000/img00000001.png", 2], ["elsewhere.png", 1]]})");
    for (const char* form : {"x", "x.zip"}) {
        const Dataset data(folder / form);
        BOOST_TEST(data.has_labels());
        BOOST_TEST(data.label_size() == 5);
        BOOST_TEST(data.label(0) == (std::vector<float>{1, 0, 0, 0, 0}), boost::test_tools::per_element());
        BOOST_TEST(data.label(1) == (std::vector<float>{0, 0, 1, 0, 0}), boost::test_tools::per_element());
        BOOST_TEST(data.label(2) == (std::vector<float>{0, 0, 0, 0, 1}), boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(vector_labels) {
    const test::TemporaryFolder folder;
    write_pictures(folder, 2, 8, 8, 3,
                   R"({"labels": [["00000/img00000000.png", [0.5, -1]], ["00000/img00000001.png", [2, 3.25]]]})");
    const Dataset data(folder / "x.zip");
    BOOST_TEST(data.label_size() == 2);
    BOOST_TEST(data.label(1) == (std::vector<float>{2, 3.25f}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(no_labels) {
    for (const char* json : {R"({"labels": null})", R"({"labels": []})", "{}"}) {
        const test::TemporaryFolder folder;
        write_pictures(folder, 1, 8, 8, 1, json);
        BOOST_TEST(!Dataset(folder / "x").has_labels());
    }
}

BOOST_AUTO_TEST_CASE(wrong_labels_are_explained) {
    const auto expect = [](const std::string& json, const std::string& part) {
        const test::TemporaryFolder folder;
        write_pictures(folder, 2, 8, 8, 1, json);
        const std::string message = complaint(folder / "x.zip");
        BOOST_TEST(test::contains(message, "x.zip: dataset.json: "), message);
        BOOST_TEST(test::contains(message, part), message << " lacks: " << part);
    };
    const std::string a = R"({"labels": [["00000/img00000000.png", )", b = R"(], ["00000/img00000001.png", )";
    expect("{", "is not JSON");
    expect("[1]", "is not a JSON object");
    expect(R"({"labels": 3})", "neither a list nor null");
    expect(R"({"labels": [[1, 2]]})", "is not a pair");
    expect(R"({"labels": [["a", 2, 3]]})", "is not a pair");
    expect(a + "1]]}", "has no label for 00000/img00000001.png");
    expect(a + "-1]]}", "label of 00000/img00000000.png is -1, expected a class number");
    expect(a + "18446744073709551615]]}", "expected a class number");
    expect(a + "1.5]]}", "neither a class number nor a list");
    expect(a + "\"cat\"]]}", "neither a class number nor a list");
    expect(a + "[]]]}", "neither a class number nor a list");
    expect(a + "[1, 2]" + b + "[1]]]}", "label of 00000/img00000001.png has 1 numbers, expected 2");
    expect(a + "[1, 2]" + b + "1]]}", "is a class number, expected a vector");
    expect(a + "1" + b + "[1, 2]]]}", "is a vector, expected a class number");
    expect(a + "[1, null]]]}", "not a number");
    expect(a + "[1e60]]]}", "no float can hold");
    expect(a + "1" + R"(], ["00000/img00000000.png", 1]]})", "is given twice");
}

BOOST_AUTO_TEST_CASE(labels_that_cost_too_much_are_refused) {
    const auto refusal = [](const std::string& json) {
        return test::message_of<FormatError>([&] {
            stylegan::DatasetLabels({reinterpret_cast<const std::uint8_t*>(json.data()), json.size()}, "x");  // NOLINT
        });
    };
    const auto repeated = [](const std::string& part, int count) {
        std::string all;
        for (int i = 0; i < count; ++i) all += part;
        return all;
    };
    BOOST_TEST(refusal(std::string((1 << 26) + 1, ' ')) == "x: is 67108865 bytes long, expected at most 67108864");
    BOOST_TEST(refusal(R"({"a": )" + repeated("[", 1000000)) == "x: is JSON nested more than 32 deep");
    BOOST_TEST(refusal(R"({"labels": )" + repeated("[", 1000000)) ==
               "x: entry 0 of \"labels\" is not a pair [name, label]");
    BOOST_TEST(refusal(R"({"labels": [[")" + std::string(5000, 'a') + R"(", 1]]})") ==
               "x: entry 0 of \"labels\" has a name of 5000 bytes, expected at most 4096");
    BOOST_TEST(refusal(R"({"labels": [], "labels": []})") == "x: names \"labels\" twice");
    BOOST_TEST(test::contains(refusal(R"({"labels": [["a", 1], ["b", "c"]]})"), "x: label of b is neither a class"));
    const std::string name(4000, 'n'), json = R"({"labels": [[")" + name + R"(", 1], [")" + name + R"(", 2]]})";
    BOOST_TEST(refusal(json) == "x: label of " + name.substr(0, 80) + "... is given twice");
    BOOST_TEST(refusal("{\"" + std::string(1000000, 'a')).size() < 300u);  // an error of the parser repeats its input
}

BOOST_AUTO_TEST_CASE(whatever_else_is_in_the_file_of_labels_is_passed_over) {
    const std::string json =
        R"({"a": [1, {"labels": [3]}], "labels": {"p": 1, "q": 0.0}, "b": null, "c": [["x", 1]], "d": {"p": "t"}})";
    const stylegan::DatasetLabels labels({reinterpret_cast<const std::uint8_t*>(json.data()), json.size()},
                                         "x");  // NOLINT
    BOOST_TEST(labels.names() == (std::vector<std::string>{"p", "q"}), boost::test_tools::per_element());
    BOOST_TEST(labels.size() == 2);
    BOOST_TEST(labels.vector(*labels.find("p")) == (std::vector<float>{0, 1}), boost::test_tools::per_element());
    BOOST_TEST(labels.find("x") == nullptr);
}

BOOST_AUTO_TEST_CASE(large_pictures_are_refused_when_the_data_set_is_opened) {
    const test::TemporaryFolder folder;
    write_pictures(folder, 2, 16, 8, 3);
    BOOST_TEST(Dataset(folder / "x.zip", {.max_pixels = 128}).picture(0).size() == 384u);
    const std::string message = test::message_of<FormatError>([&] { Dataset(folder / "x.zip", {.max_pixels = 127}); });
    BOOST_TEST(test::contains(message, "img00000000.png: the picture is 16x8, expected 1 to 127 pixels"), message);
}

BOOST_AUTO_TEST_CASE(wrong_pictures_are_named) {
    {
        const test::TemporaryFolder folder;
        std::filesystem::create_directory(folder / "empty");
        BOOST_TEST(test::contains(complaint(folder / "empty"), "empty: has no pictures"));
        test::write(folder / "empty/notes.txt", "no picture");
        BOOST_TEST(test::contains(complaint(folder / "empty"), "empty: has no pictures"));
        BOOST_CHECK_THROW(Dataset(folder / "none"), FileError);
    }
    const auto expect = [](const std::string& name, std::span<const std::uint8_t> bytes, const std::string& part) {
        const test::TemporaryFolder folder;
        write_pictures(folder, 2, 16, 8, 3);
        test::write(folder / ("x/00000/" + name), bytes);
        const std::string message = complaint(folder / "x");
        BOOST_TEST(test::contains(message, "x/00000/" + name + ": "), message);
        BOOST_TEST(test::contains(message, part), message << " lacks: " << part);
    };
    const auto good = stylegan::encode_png(test::random_image(16, 8, 3));
    expect("z.png", stylegan::encode_png(Image(16, 16, 3)), "is 16x16 with 3 channels, expected 16x8 with 3 channels");
    expect("z.png", stylegan::encode_png(Image(16, 8, 1)), "is 16x8 with 1 channel, expected 16x8 with 3 channels");
    expect("z.jpg", test::encode_jpeg(test::smooth_image(8, 8, 3)), "is 8x8 with 3 channels");
    expect("z.png", {}, "is empty, expected PNG");
    expect("z.JPG", std::vector<std::uint8_t>{'G', 'I', 'F'}, "is not a picture, expected PNG");
    expect("z.png", std::span(good).first(30), "cannot be read as PNG: it is cut off");
}

BOOST_AUTO_TEST_CASE(damage_behind_the_header_is_found_on_decoding) {
    const test::TemporaryFolder folder;
    write_pictures(folder, 2, 16, 8, 3);
    auto bytes = test::read(folder / ("x/" + picture_name(1)));
    bytes.resize(bytes.size() - 40);
    test::write(folder / ("x/" + picture_name(1)), bytes);
    const Dataset data(folder / "x");
    BOOST_CHECK_NO_THROW((void)data.picture(0));
    const std::string message = test::message_of<FormatError>([&] { (void)data.picture(1); });
    BOOST_TEST(test::contains(message, picture_name(1)), message);
}

BOOST_AUTO_TEST_CASE(an_archive_cut_off_or_changed_at_every_byte) {
    const test::TemporaryFolder folder;
    write_pictures(folder, 2, 4, 4, 3, R"({"labels": [["00000/img00000000.png", 1], ["00000/img00000001.png", 0]]})");
    const auto whole = test::read(folder / "x.zip");
    for (std::size_t length = 0; length < whole.size(); ++length) {
        test::write(folder / "cut.zip", std::span(whole).first(length));
        const std::string message = complaint(folder / "cut.zip");
        BOOST_TEST(test::contains(message, "cut.zip: "), message << " at " << length);
    }
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (const int flip : {0x01, 0x80, 0xFF}) {
            auto changed = whole;
            changed[at] = static_cast<std::uint8_t>(changed[at] ^ flip);
            test::write(folder / "changed.zip", changed);
            try {
                const Dataset d(folder / "changed.zip");
                for (std::size_t i = 0; i < d.size(); ++i) {
                    (void)d.label(i);
                    (void)d.picture(i);
                }
            } catch (const FormatError&) {
            }
        }
}

BOOST_AUTO_TEST_CASE(other_files_are_ignored) {
    const test::TemporaryFolder folder;
    write_pictures(folder, 2, 8, 8, 3);
    test::write(folder / "x/notes.txt", "about these pictures");
    test::write(folder / "x/.hidden.png", "not a picture");
    test::write(folder / "x/00000/by-content", test::encode_jpeg(test::smooth_image(8, 8, 3)));
    BOOST_TEST(Dataset(folder / "x").size() == 3u);
}

BOOST_AUTO_TEST_CASE(several_threads_ask) {
    const test::TemporaryFolder folder;
    write_pictures(folder, 8, 16, 16, 3);
    for (const std::size_t cache : {std::size_t{1000}, std::size_t{1} << 20}) {
        const Dataset data(folder / "x.zip", {.cache_bytes = cache});
        std::vector<int> wrong(4);
        std::vector<std::thread> threads;
        for (std::size_t t = 0; t < 4; ++t)
            threads.emplace_back([&, t] {
                for (std::size_t i = 0; i < 40; ++i) {
                    const std::size_t n = (i + 3 * t) % 8;
                    const int halvings = static_cast<int>(i / 8 % 3);
                    const auto expected = plain_halving(test::random_image(16, 16, 3, n), halvings);
                    wrong[t] += data.picture(n, halvings) == expected ? 0 : 1;
                }
            });
        for (std::thread& t : threads) t.join();
        for (const int w : wrong) BOOST_TEST(w == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
