// SPDX-License-Identifier: Apache-2.0
#include "io/shared_cases.hpp"
#include "io/temporary_folder.hpp"
#include "io/test_images.hpp"

#include <stylegan/io/datasets/dataset.hpp>
#include <stylegan/io/pictures/png.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(labelled_files)

using stylegan::Dataset;
using stylegan::FormatError;

namespace {

using Names = std::vector<std::string>;

/// A zip archive of pictures of these names, and `json` where there is a name for it.
void write_archive(const std::filesystem::path& path, const Names& pictures, const std::string& json,
                   const std::string& json_name = "dataset.json") {
    stylegan::ZipWriter zip(path);
    for (std::size_t i = 0; i < pictures.size(); ++i)
        zip.add(pictures[i], stylegan::encode_png(test::random_image(8, 8, 3, i)));
    if (!json_name.empty()) zip.add(json_name, json);
    zip.commit();
}

/// {"labels": [[name 0, 0], [name 1, 1], ...]}
std::string json_of(const Names& names) {
    std::string json = R"({"labels": [)";
    for (std::size_t i = 0; i < names.size(); ++i)
        json += (i > 0 ? ", [\"" : "[\"") + names[i] + "\", " + std::to_string(i) + "]";
    return json + "]}";
}

/// The classes of all pictures of an archive with these names and labels.
std::vector<int> classes(const Names& pictures, const std::string& json,
                         const std::string& json_name = "dataset.json") {
    const test::TemporaryFolder folder;
    write_archive(folder / "x.zip", pictures, json, json_name);
    const Dataset data(folder / "x.zip");
    std::vector<int> all;
    for (std::size_t i = 0; i < data.size(); ++i) {
        const std::vector<float> label = data.label(i);
        for (std::size_t k = 0; k < label.size(); ++k)
            if (label[k] == 1) all.push_back(static_cast<int>(k));
    }
    return all;
}

std::string complaint(const Names& pictures, const std::string& json, const std::string& json_name = "dataset.json") {
    const test::TemporaryFolder folder;
    write_archive(folder / "x.zip", pictures, json, json_name);
    std::string message = test::message_of<FormatError>([&] { Dataset d(folder / "x.zip"); });
    const std::size_t at = message.find("x.zip: ");
    return at == message.npos ? message : message.substr(at);
}

const std::vector<int> in_order{0, 1};

}  // namespace

BOOST_AUTO_TEST_CASE(names_may_differ_in_spelling) {
    BOOST_TEST(classes({"a/1.png", "a/2.png"}, json_of({"a/1.png", "a/2.png"})) == in_order);
    BOOST_TEST(classes({"a\\1.png", "a\\2.png"}, json_of({"a/1.png", "a/2.png"})) == in_order);
    BOOST_TEST(classes({"a/1.png", "a/2.png"}, json_of({"a\\\\1.png", "a\\\\2.png"})) == in_order);
    BOOST_TEST(classes({"./a/1.png", "./a/2.png"}, json_of({"a/1.png", "a/2.png"}), "./dataset.json") == in_order);
    BOOST_TEST(classes({"a/1.png", "a/2.png"}, json_of({"./a/1.png", "/a/2.png"})) == in_order);
    BOOST_TEST(classes({"e\u03011.png", "e\u03012.png"}, json_of({"\u00e91.png", "\u00e92.png"})) == in_order);
    BOOST_TEST(classes({"\u00e91.png", "\u00e92.png"}, json_of({"e\u03011.png", "e\u03012.png"})) == in_order);
    BOOST_TEST(classes({"\u1112\u1161.png"}, json_of({"\ud558.png"})) == std::vector<int>{0});
}

BOOST_AUTO_TEST_CASE(a_folder_may_be_packed_as_a_whole) {
    BOOST_TEST(classes({"faces/1.png", "faces/2.png"}, json_of({"1.png", "2.png"}), "faces/dataset.json") == in_order);
    BOOST_TEST(classes({"f/0/1.png", "f/0/2.png"}, json_of({"0/1.png", "0/2.png"}), "f/dataset.json") == in_order);
    BOOST_TEST(classes({"f/1.png", "f/2.png"}, json_of({"f/1.png", "f/2.png"}), "f/dataset.json") == in_order);
    // The name relative to dataset.json counts first.
    BOOST_TEST(complaint({"1.png", "f/1.png"}, json_of({"1.png"}), "f/dataset.json") ==
               "x.zip: f/dataset.json: has no label for 1.png");
}

BOOST_AUTO_TEST_CASE(folders_may_be_missing) {
    BOOST_TEST(classes({"0/1.png", "0/2.png"}, json_of({"1.png", "2.png"})) == in_order);
    BOOST_TEST(classes({"1.png", "2.png"}, json_of({"0/1.png", "0/2.png"})) == in_order);
    BOOST_TEST(classes({"0/1.png", "0/2.png"}, json_of({"/home/me/faces/0/1.png", "faces/0/2.png"})) == in_order);
    BOOST_TEST(classes({"a/1.png", "b/1.png"}, json_of({"faces/a/1.png", "faces/b/1.png"})) == in_order);
}

BOOST_AUTO_TEST_CASE(no_label_is_guessed) {
    // Which of the two is meant?
    BOOST_TEST(
        complaint({"a/1.png", "b/1.png"}, json_of({"1.png"})) ==
        "x.zip: dataset.json: its names are not those of the pictures: the first name in it without a picture is "
        "\"1.png\", the first picture without a label \"a/1.png\"");
    BOOST_TEST(test::contains(complaint({"1.png"}, json_of({"a/1.png", "b/1.png"})), "is \"a/1.png\""));
    // A name that belongs to one picture is not given to another.
    BOOST_TEST(complaint({"a/1.png", "b/1.png"}, json_of({"a/1.png"})) ==
               "x.zip: dataset.json: has no label for b/1.png");
    // Other folders may be other pictures.
    BOOST_TEST(test::contains(complaint({"new/1.png"}, json_of({"old/1.png"})), "its names are not those"));
    BOOST_TEST(complaint({"1.png", "2.png", "3.png"}, json_of({"1.png", "two.png"})) ==
               "x.zip: dataset.json: has no label for 2.png and 1 more of 3 pictures; the first name in it without a "
               "picture is \"two.png\", the first picture without a label \"2.png\"");
}

BOOST_AUTO_TEST_CASE(which_dataset_json_counts) {
    const test::TemporaryFolder folder;
    const auto write = [&](const Names& json_names) {
        stylegan::ZipWriter zip(folder / "x.zip");
        for (const char* name : {"a/1.png", "b/1.png"})
            zip.add(name, stylegan::encode_png(test::random_image(8, 8, 3)));
        for (std::size_t i = 0; i < json_names.size(); ++i)
            zip.add(json_names[i], i == 0 ? json_of({"a/1.png", "b/1.png"}) : R"({"labels": null})");
        zip.commit();
    };
    write({"dataset.json", "a/dataset.json"});
    BOOST_TEST(Dataset(folder / "x.zip").label_size() == 2);
    write({"a/dataset.json", "b/dataset.json"});
    BOOST_TEST(test::contains(test::message_of<FormatError>([&] { Dataset d(folder / "x.zip"); }),
                              "x.zip: has labels in a/dataset.json and in b/dataset.json, expected one dataset.json"));
    BOOST_TEST(!Dataset(folder / "x.zip", {.labels = false}).has_labels());
}

BOOST_AUTO_TEST_CASE(labels_that_are_not_asked_for_are_ignored) {
    const test::TemporaryFolder folder;
    for (const char* json : {"{", R"({"labels": 3})", R"({"labels": [["1.png", 0]]})", R"({"labels": [["x.png", 0]]})",
                             R"({"labels": [["1.png", 0], ["2.png", [1, 2]]]})"}) {
        write_archive(folder / "x.zip", {"1.png", "2.png"}, json);
        BOOST_CHECK_THROW(Dataset(folder / "x.zip"), FormatError);
        const Dataset data(folder / "x.zip", {.labels = false});
        BOOST_TEST(data.size() == 2u);
        BOOST_TEST(data.label_size() == 0);
        BOOST_TEST(data.label(0).empty());
    }
}

BOOST_AUTO_TEST_CASE(other_forms_of_labels) {
    BOOST_TEST(classes({"1.png", "2.png"}, R"({"labels": {"1.png": 0, "2.png": 1}})") == in_order);
    BOOST_TEST(classes({"1.png", "2.png"}, R"({"labels": [["1.png", 0.0], ["2.png", 1.0]]})") == in_order);
    BOOST_TEST(classes({"1.png", "2.png"}, "\xEF\xBB\xBF" + json_of({"1.png", "2.png"})) == in_order);
}

BOOST_AUTO_TEST_CASE(zips_that_people_have, *test::needs_shared_cases()) {
    for (const char* name : {"dotslash", "backslash", "nfd", "noprefix", "onehot_float"}) {
        const Dataset data(test::shared_case(std::string("zips/") + name + ".zip"));
        BOOST_TEST_CONTEXT(name) {
            BOOST_TEST(data.size() == 8u);
            BOOST_TEST(data.label_size() == 3);
            BOOST_TEST(data.passed_over().empty());
            for (std::size_t i = 0; i < data.size(); ++i) BOOST_TEST(data.label(i).at(i % 3) == 1);
        }
    }
    const auto partial = test::shared_case("zips/partial_missing.zip");
    BOOST_TEST(test::contains(test::message_of<FormatError>([&] { Dataset d(partial); }),
                              "has no label for 00000/img00000006.png and 1 more of 8 pictures"));
    BOOST_TEST(Dataset(partial, {.labels = false}).size() == 8u);
}

BOOST_AUTO_TEST_SUITE_END()
