// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/datasets/file_names.hpp>

#include <boost/test/unit_test.hpp>

#include <iterator>
#include <string>

BOOST_AUTO_TEST_SUITE(file_names)

using stylegan::name_key;
using stylegan::normalized_name;

BOOST_AUTO_TEST_CASE(one_spelling) {
    BOOST_TEST(normalized_name("00000/img.png") == "00000/img.png");
    BOOST_TEST(normalized_name("./00000/img.png") == "00000/img.png");
    BOOST_TEST(normalized_name("././a/./b.png") == "a/b.png");
    BOOST_TEST(normalized_name("00000\\img.png") == "00000/img.png");
    BOOST_TEST(normalized_name(".\\a\\b.png") == "a/b.png");
    BOOST_TEST(normalized_name("/data//a.png") == "data/a.png");
    BOOST_TEST(normalized_name("folder/") == "folder");
    BOOST_TEST(normalized_name("..a/.b/...") == "..a/.b/...");
    BOOST_TEST(normalized_name("./") == "");
    BOOST_TEST(normalized_name("") == "");
}

BOOST_AUTO_TEST_CASE(composed_and_decomposed_letters_are_the_same) {
    const auto same = [](const char* a, const char* b) { return name_key(a) == name_key(b); };
    BOOST_TEST(same("\u00e9.png", "e\u0301.png"));                  // French
    BOOST_TEST(same("M\u00fcnchen/1.png", "Mu\u0308nchen/1.png"));  // German
    BOOST_TEST(same("\u1ec7", "e\u0323\u0302"));                    // Vietnamese: two marks
    BOOST_TEST(same("\u1ec7", "e\u0302\u0323"));
    BOOST_TEST(same("\u00eb\u0328", "e\u0328\u0308"));  // a mark that has no letter of its own with the other
    BOOST_TEST(same("\u0439", "\u0438\u0306"));         // Russian
    BOOST_TEST(same("\u03ac", "\u03b1\u0301"));         // Greek
    BOOST_TEST(same("\u304c", "\u304b\u3099"));         // Japanese
    BOOST_TEST(same("\ud55c\uad6d", "\u1112\u1161\u11ab\u1100\u116e\u11a8"));  // Korean
    BOOST_TEST(same("\uac00", "\u1100\u1161"));                                // without a final consonant
    BOOST_TEST(same("\u212b", "A\u030a"));                                     // the sign of the unit
    BOOST_TEST(same("a\\\u00e9.png", "./a/e\u0301.png"));
    BOOST_TEST(!same("\u00e9.png", "e.png"));
    BOOST_TEST(!same("\u00e9.png", "\u00e8.png"));
    BOOST_TEST(!same("a.png", "A.png"));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_stay_different) {
    BOOST_TEST((name_key("\xe9.png") != name_key("\xe8.png")));
    BOOST_TEST((name_key("\xe9.png") != name_key("\u00e9.png")));
    BOOST_TEST((name_key("a\xc3") != name_key("a")));
    BOOST_TEST((name_key("\xf0\x9f\x98\x80.png") == std::u32string(U"\U0001F600.png")));
}

BOOST_AUTO_TEST_CASE(the_table_is_sorted_and_ends) {
    using stylegan::detail::canonical_decompositions;
    for (std::size_t i = 1; i < std::size(canonical_decompositions); ++i)
        BOOST_REQUIRE(canonical_decompositions[i - 1][0] < canonical_decompositions[i][0]);
    for (const auto& row : canonical_decompositions) {
        std::u32string parts;
        stylegan::detail::append_decomposed(parts, row[0]);
        BOOST_REQUIRE((!parts.empty() && parts.size() <= 4));
    }
}

BOOST_AUTO_TEST_SUITE_END()
