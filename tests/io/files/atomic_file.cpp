// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"

#include <stylegan/io/datasets/folder_writer.hpp>
#include <stylegan/io/files/atomic_file.hpp>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>

BOOST_AUTO_TEST_SUITE(atomic_file)

using stylegan::AtomicFile;
using stylegan::FileError;

BOOST_AUTO_TEST_CASE(appears_when_committed) {
    const test::TemporaryFolder folder;
    {
        AtomicFile file(folder / "a");
        file.write("hello ");
        BOOST_TEST(!std::filesystem::exists(folder / "a"));
        file.write("world");
        BOOST_TEST(file.size() == 11u);
        file.commit();
    }
    BOOST_TEST(folder.files().size() == 1u);
    const auto bytes = test::read(folder / "a");
    BOOST_TEST(std::string(bytes.begin(), bytes.end()) == "hello world");
}

BOOST_AUTO_TEST_CASE(leaves_nothing_without_commit) {
    const test::TemporaryFolder folder;
    test::write(folder / "a", "old");
    {
        AtomicFile file(folder / "a");
        file.write("new");
    }
    BOOST_TEST(folder.files().size() == 1u);
    BOOST_TEST(test::read(folder / "a").size() == 3u);
    BOOST_TEST(test::read(folder / "a")[0] == 'o');
}

BOOST_AUTO_TEST_CASE(two_writers_of_one_name) {
    const test::TemporaryFolder folder;
    AtomicFile first(folder / "a"), second(folder / "a");
    first.write("first");
    second.write("second");
    second.commit();
    first.commit();
    BOOST_TEST(test::read(folder / "a").size() == 5u);
    BOOST_TEST(folder.files().size() == 1u);
}

BOOST_AUTO_TEST_CASE(errors_name_the_file_and_the_reason) {
    const test::TemporaryFolder folder;
    const std::string message = test::message_of<FileError>([&] { AtomicFile(folder / "none/a"); });
    BOOST_TEST(test::contains(message, "none/a"));
    BOOST_TEST(test::contains(message, "No such file or directory"));
    BOOST_TEST(test::contains(test::message_of<FileError>([&] { AtomicFile(folder.path()); }), "is a folder"));
}

BOOST_AUTO_TEST_CASE(folder_appears_when_committed) {
    const test::TemporaryFolder folder;
    {
        stylegan::FolderWriter writer(folder / "out/");
        writer.add("x/y.txt", std::string("y"));
        BOOST_TEST(!std::filesystem::exists(folder / "out"));
        writer.commit();
    }
    {
        stylegan::FolderWriter abandoned(folder / "other");
        abandoned.add("z", std::string("z"));
    }
    const auto files = folder.files();
    BOOST_TEST(files.size() == 1u);
    BOOST_TEST(files.at(0) == "out/x/y.txt");
    const auto message = test::message_of<FileError>([&] { stylegan::FolderWriter(folder / "out"); });
    BOOST_TEST(test::contains(message, "exists already"));
}

BOOST_AUTO_TEST_SUITE_END()
