// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"

#include <stylegan/io/datasets/folder_writer.hpp>
#include <stylegan/io/files/atomic_file.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
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

BOOST_AUTO_TEST_CASE(a_full_disk_has_an_error_of_its_own) {
    BOOST_CHECK_THROW(stylegan::detail::fail_to_write("a", "written", ENOSPC), stylegan::DiskFullError);
    BOOST_CHECK_THROW(stylegan::detail::fail_to_write("a", "written", EDQUOT), stylegan::DiskFullError);
    const std::string message =
        test::message_of<FileError>([] { stylegan::detail::fail_to_write("a", "written", EFBIG); });
    BOOST_TEST(message == "a: cannot be written: File too large");
}

BOOST_AUTO_TEST_CASE(files_of_killed_programs_are_removed) {
    const test::TemporaryFolder folder;
    const ::pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);  // the number of a process that has ended
    const std::string ended = std::to_string(child), own = std::to_string(::getpid()),
                      parent = std::to_string(::getppid());
    for (const std::string& name :
         {".a." + ended + ".0.partial", ".b.png." + ended + ".12.partial", ".c." + own + ".0.partial",
          ".d." + parent + ".0.partial", std::string(".e.partial"), "." + ended + ".0.partial",
          "f." + ended + ".0.partial", ".g." + ended + ".0.partials", ".h." + ended + ".x.partial"})
        test::write(folder / name, "x");
    std::filesystem::create_directories(folder / (".i." + ended + ".0.partial"));
    BOOST_TEST(stylegan::remove_partial_files(folder.path(), std::chrono::hours(1)) == 0);
    BOOST_TEST(stylegan::remove_partial_files(folder.path()) == 3);
    BOOST_TEST(folder.files().size() == 6u);
    BOOST_TEST(std::filesystem::exists(folder / (".d." + parent + ".0.partial")));
    BOOST_TEST(stylegan::remove_partial_files(folder / "nowhere") == 0);
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
