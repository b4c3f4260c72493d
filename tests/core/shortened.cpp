// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/shortened.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(shortened)

BOOST_AUTO_TEST_CASE(a_short_name_stays) {
    BOOST_TEST(stylegan::shortened("") == "");
    BOOST_TEST(stylegan::shortened("G/synthesis/4x4") == "G/synthesis/4x4");
    BOOST_TEST(stylegan::shortened(std::string(80, 'a')) == std::string(80, 'a'));
}

BOOST_AUTO_TEST_CASE(a_long_name_is_cut) {
    BOOST_TEST(stylegan::shortened(std::string(81, 'a')) == std::string(80, 'a') + "...");
    BOOST_TEST(stylegan::shortened(std::string(10000000, 'a')).size() == 83u);
    BOOST_TEST(stylegan::shortened("picture.png", 3) == "pic...");
}

BOOST_AUTO_TEST_CASE(no_character_is_cut_in_half) {
    BOOST_TEST(stylegan::shortened("ab\u00e4c", 3) == "ab...");
    BOOST_TEST(stylegan::shortened("ab\u00e4c", 4) == "ab\u00e4...");
}

BOOST_AUTO_TEST_CASE(control_characters_do_not_reach_the_terminal) {
    BOOST_TEST(stylegan::shortened("a\nb\x1b[2Jc\x7f") == "a?b?[2Jc?");
    BOOST_TEST(stylegan::shortened(std::string("a\0b", 3)) == "a?b");
}

BOOST_AUTO_TEST_SUITE_END()
