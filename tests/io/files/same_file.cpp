// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"

#include <stylegan/io/files/has_ending.hpp>
#include <stylegan/io/files/same_file.hpp>

#include <boost/test/unit_test.hpp>

#include <filesystem>

BOOST_AUTO_TEST_SUITE(same_file)

BOOST_AUTO_TEST_CASE(one_file_has_many_spellings) {
    const test::TemporaryFolder folder;
    test::write(folder / "a/b.txt", "b");
    test::write(folder / "c.txt", "c");
    std::filesystem::create_directory_symlink(folder / "a", folder / "link");
    const auto same = [&](const char* x, const char* y) { return stylegan::same_file(folder / x, folder / y); };
    BOOST_TEST(same("a/b.txt", "a/b.txt"));
    BOOST_TEST(same("a/b.txt", "a/../a/./b.txt"));
    BOOST_TEST(same("a/b.txt", "link/b.txt"));
    BOOST_TEST(same("a", "link/"));
    BOOST_TEST(!same("a/b.txt", "c.txt"));
    BOOST_TEST(same("new.txt", "a/../new.txt"));  // neither is there yet
    BOOST_TEST(same("a/new.txt", "link/new.txt"));
    BOOST_TEST(same("new", "new/"));
    BOOST_TEST(!same("new.txt", "new2.txt"));
}

BOOST_AUTO_TEST_CASE(what_is_inside_a_folder) {
    const test::TemporaryFolder folder;
    test::write(folder / "a/b/c.txt", "c");
    test::write(folder / "ab/c.txt", "c");
    std::filesystem::create_directory_symlink(folder / "a", folder / "link");
    const auto inside = [&](const char* path, const char* of) {
        return stylegan::is_inside(folder / path, folder / of);
    };
    BOOST_TEST(inside("a/b/c.txt", "a"));
    BOOST_TEST(inside("a/b/c.txt", "link"));
    BOOST_TEST(inside("link/new/deep.txt", "a"));
    BOOST_TEST(inside("ab/../a/x", "a/"));
    BOOST_TEST(!inside("a", "a"));
    BOOST_TEST(!inside("ab/c.txt", "a"));
    BOOST_TEST(!inside("a/../x", "a"));
    BOOST_TEST(!inside("x", "none"));
}

BOOST_AUTO_TEST_CASE(endings_whatever_the_case) {
    for (const char* name : {"a.zip", "A.ZIP", "a.Zip", ".zip"}) BOOST_TEST(stylegan::has_ending(name, ".zip"));
    for (const char* name : {"a.zip2", "azip", "zip", "", "a.zip/"}) BOOST_TEST(!stylegan::has_ending(name, ".zip"));
}

BOOST_AUTO_TEST_SUITE_END()
