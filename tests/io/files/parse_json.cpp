// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"

#include <stylegan/io/files/parse_json.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(parse_json)

namespace {

void check_refused(const std::string& json, const std::string& part) {
    const std::string message =
        test::message_of<stylegan::FormatError>([&] { (void)stylegan::parse_json(json, "x.json: header"); });
    BOOST_TEST(message.starts_with("x.json: header "), message);
    BOOST_TEST(test::contains(message, part), "expected: " << part << "\nin: " << message);
}

std::string repeated(const std::string& part, int count) {
    std::string s;
    for (int i = 0; i < count; ++i) s += part;
    return s;
}

}  // namespace

BOOST_AUTO_TEST_CASE(values_are_read) {
    const auto json = stylegan::parse_json(R"({"a": [1, -2.5, "x", null, true], "b": {"c": 1, "d": {}}})", "x");
    BOOST_TEST(json["a"].size() == 5u);
    BOOST_TEST(json["b"]["c"] == 1);
    BOOST_TEST(stylegan::parse_json("[[" + repeated("{},", 400000) + "{}]]", "x")[0].size() ==
               400001u);  // in less than a second
}

BOOST_AUTO_TEST_CASE(what_is_beyond_the_limits_is_refused) {
    check_refused("", "is not JSON");
    check_refused(R"({"a": 1,})", "is not JSON");
    check_refused(R"({"a": 1e999})", "is not JSON");
    check_refused(R"({"a": 1, "b": {"a": 2}, "a": 3})", "names \"a\" twice");
    check_refused(repeated("[", 33) + repeated("]", 33), "nested more than 32 deep");
    check_refused(repeated("[", 1000000), "nested more than 32 deep");
    check_refused("[" + repeated("0,", 1000001) + "0]", "more than 1000000 values");
    check_refused("{\"a\": \"" + std::string((1 << 24) + 1, 'x') + "\"}", "bytes, expected at most 16777216");
    const std::string key(100000, 'k');
    const std::string twice = test::message_of<stylegan::FormatError>(
        [&] { (void)stylegan::parse_json("{\"" + key + "\": 1, \"" + key + "\": 2}", "x"); });
    BOOST_TEST(twice == "x names \"" + key.substr(0, 80) + "...\" twice");
    const std::string open =
        test::message_of<stylegan::FormatError>([&] { (void)stylegan::parse_json("[\"" + key, "x"); });
    BOOST_TEST(open.size() < 300u);  // the parser's message repeats its input
    BOOST_TEST(stylegan::parse_json(repeated("[", 32) + repeated("]", 32), "x").is_array());
}

BOOST_AUTO_TEST_SUITE_END()
