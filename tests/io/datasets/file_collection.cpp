// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"

#include <stylegan/io/datasets/file_collection.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(file_collection)

using stylegan::FileCollection;
namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

Names names_of(const FileCollection& files) {
    Names names;
    for (std::size_t i = 0; i < files.size(); ++i) names.push_back(files.name(i));
    return names;
}

/// "name (reason)"
Names passed_over_by(const FileCollection& files) {
    Names all;
    for (const auto& [name, reason] : files.passed_over()) all.push_back(name + " (" + reason + ")");
    return all;
}

std::string content(const FileCollection& files, std::size_t i) {
    const auto bytes = files.read(i);
    return {bytes.begin(), bytes.end()};
}

void write_archive(const fs::path& path, const Names& names) {
    stylegan::ZipWriter zip(path);
    for (const std::string& name : names) zip.add(name, name);
    zip.commit();
}

}  // namespace

BOOST_AUTO_TEST_CASE(names_in_archives_have_one_spelling) {
    const test::TemporaryFolder folder;
    write_archive(folder / "a.zip", {"./b/2.png", "./1.png", "c\\3.png", "d\\", "/e/4.png", "./"});
    const FileCollection files(folder / "a.zip");
    BOOST_TEST(names_of(files) == (Names{"1.png", "b/2.png", "c/3.png", "e/4.png"}), boost::test_tools::per_element());
    BOOST_TEST(files.passed_over().empty());
    BOOST_TEST(content(files, 1) == "./b/2.png");
    BOOST_TEST(content(files, 2) == "c\\3.png");
    BOOST_TEST(files.find("c/3.png").value() == 2u);
    BOOST_TEST(!files.find("./1.png").has_value());
}

BOOST_AUTO_TEST_CASE(other_archives_and_files_are_told) {
    const test::TemporaryFolder folder;
    const auto complaint = [&](std::string_view content) {
        test::write(folder / "a.zip", content);
        return test::message_of<stylegan::FormatError>([&] { FileCollection files(folder / "a.zip"); });
    };
    for (const auto& [content, what] : {std::pair<std::string, std::string>{"Rar!\x1A\x07", "a RAR archive"},
                                        {"7z\xBC\xAF\x27\x1C", "a 7z archive"},
                                        {"\x1F\x8B\x08", "a gzip file"},
                                        {"<!DOCTYPE html>", "a web page (HTML)"},
                                        {"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"},
                                        {"", "empty"}})
        BOOST_TEST(test::contains(complaint(content), "a.zip: is " + what + ", expected a zip archive or a folder"));
    BOOST_TEST(test::contains(complaint("no archive"), "a.zip: is not a zip archive"));
    BOOST_TEST(test::contains(complaint("PK\3\4"), "a.zip: is not a zip archive, or is cut off"));
}

BOOST_AUTO_TEST_CASE(names_in_folders_have_one_spelling) {
    const test::TemporaryFolder folder;
    test::write(folder / "x/00000\\1.png", "one");  // as some programs unpack an archive of Windows
    const FileCollection files(folder / "x");
    BOOST_TEST(names_of(files) == Names{"00000/1.png"}, boost::test_tools::per_element());
    BOOST_TEST(content(files, 0) == "one");
}

BOOST_AUTO_TEST_CASE(what_is_left_out_is_named) {
    const test::TemporaryFolder folder;
    const Names inside{"1.png",       ".DS_Store", "a/2.png", "a/.hidden/3.png", "__MACOSX/._1.png",
                       "a/Thumbs.db", "..b/4.png", "...",     "desktop.ini"};
    write_archive(folder / "a.zip", inside);
    const FileCollection archive(folder / "a.zip");
    BOOST_TEST(names_of(archive) == (Names{"1.png", "a/2.png"}), boost::test_tools::per_element());
    BOOST_TEST(passed_over_by(archive) == (Names{"... (hidden)", "..b/4.png (hidden)", ".DS_Store (hidden)",
                                                 "__MACOSX/._1.png (added by macOS)", "a/.hidden/3.png (hidden)",
                                                 "a/Thumbs.db (added by Windows)", "desktop.ini (added by Windows)"}),
               boost::test_tools::per_element());

    for (const std::string& name : inside) test::write(folder / ("x/" + name), name);
    const FileCollection tree(folder / "x");
    BOOST_TEST(names_of(tree) == names_of(archive), boost::test_tools::per_element());
    BOOST_TEST(passed_over_by(tree) ==
                   (Names{"... (hidden)", "..b/ (hidden)", ".DS_Store (hidden)", "__MACOSX/ (added by macOS)",
                          "a/.hidden/ (hidden)", "a/Thumbs.db (added by Windows)", "desktop.ini (added by Windows)"}),
               boost::test_tools::per_element());
    BOOST_TEST(stylegan::summary(tree.passed_over()) ==
               "7 files: ... (hidden), ..b/ (hidden), .DS_Store (hidden) and 4 more");
}

BOOST_AUTO_TEST_CASE(links_are_followed) {
    const test::TemporaryFolder folder;
    test::write(folder / "elsewhere/deep/1.png", "linked folder");
    test::write(folder / "file.png", "linked file");
    fs::create_directory(folder / "x");
    fs::create_directory_symlink(folder / "elsewhere", folder / "x/folder");
    fs::create_symlink(folder / "file.png", folder / "x/file.png");
    const FileCollection files(folder / "x");
    BOOST_TEST(names_of(files) == (Names{"file.png", "folder/deep/1.png"}), boost::test_tools::per_element());
    BOOST_TEST(content(files, 0) == "linked file");
    BOOST_TEST(content(files, 1) == "linked folder");

    fs::create_directory_symlink(folder / "x", folder / "whole");  // the outermost folder may be a link
    BOOST_TEST(FileCollection(folder / "whole").size() == 2u);
}

BOOST_AUTO_TEST_CASE(loops_of_links_end) {
    const test::TemporaryFolder folder;
    test::write(folder / "x/a/1.png", "1");
    test::write(folder / "x/b/2.png", "2");
    test::write(folder / "y/3.png", "3");
    fs::create_directory_symlink("..", folder / "x/a/up");         // a loop
    fs::create_directory_symlink("../b", folder / "x/a/sibling");  // its files are listed as b/2.png
    fs::create_directory_symlink(folder / "y", folder / "x/first");
    fs::create_directory_symlink(folder / "y", folder / "x/second");
    fs::create_directory_symlink(folder / "x", folder / "y/back");  // a loop through another folder
    fs::create_symlink("self", folder / "x/self");
    fs::create_symlink("nowhere", folder / "x/gone.png");
    BOOST_TEST_REQUIRE(::mkfifo((folder / "x/pipe").c_str(), 0600) == 0);
    const FileCollection files(folder / "x");
    BOOST_TEST(names_of(files) == (Names{"a/1.png", "b/2.png", "first/3.png"}), boost::test_tools::per_element());
    BOOST_TEST(passed_over_by(files) ==
                   (Names{"a/sibling/ (a link to a folder that is listed already)",
                          "a/up/ (a link to a folder that is listed already)",
                          "first/back/ (a link to a folder that is listed already)",
                          "gone.png (a link that leads nowhere)", "pipe (not a file)",
                          "second/ (a link to a folder that is listed already)", "self (a link that leads nowhere)"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
