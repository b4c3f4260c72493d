// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"

#include <stylegan/io/files/read_file.hpp>
#include <stylegan/io/files/regular_file.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace stylegan;

namespace {

auto says(const char* part) {
    return [part](const FileError& e) { return std::string(e.what()).find(part) != std::string::npos; };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(regular_file)

BOOST_AUTO_TEST_CASE(reads_from_any_place) {
    const test::TemporaryFolder folder;
    std::ofstream(folder / "a") << "0123456789";
    const RegularFile file(folder / "a");
    BOOST_TEST(file.size() == 10u);
    std::string part(4, ' ');
    file.read(3, part.data(), 4);
    BOOST_TEST(part == "3456");
    file.read(0, part.data(), 4);
    BOOST_TEST(part == "0123");
    BOOST_TEST(read_file(folder / "a", 3) == (Bytes{'0', '1', '2'}));
    BOOST_TEST(read_file(folder / "a").size() == 10u);
}

BOOST_AUTO_TEST_CASE(a_file_that_became_shorter_is_an_error) {
    const test::TemporaryFolder folder;
    std::ofstream(folder / "a") << "0123456789";
    const RegularFile file(folder / "a");
    std::filesystem::resize_file(folder / "a", 5);
    char part[8];
    BOOST_CHECK_EXCEPTION(file.read(2, part, 8), FileError, says("changed while it was read: ends at byte 5"));
}

BOOST_AUTO_TEST_CASE(pipes_devices_and_folders_are_refused_at_once) {
    const test::TemporaryFolder folder;
    const std::filesystem::path pipe = folder / "pipe";
    BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    BOOST_CHECK_EXCEPTION(RegularFile{pipe}, FileError, says("is not a regular file"));
    BOOST_CHECK_EXCEPTION(RegularFile{"/dev/zero"}, FileError, says("is not a regular file"));
    BOOST_CHECK_EXCEPTION(RegularFile{folder.path()}, FileError, says("is a folder, expected a file"));
    BOOST_CHECK_EXCEPTION(RegularFile{folder / "none"}, FileError, says("cannot be opened"));
    BOOST_CHECK_EXCEPTION((void)read_file(pipe), FileError, says("is not a regular file"));
}

BOOST_AUTO_TEST_SUITE_END()
