// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/protobuf/protobuf_message.hpp>

#include "io/protobuf_reader.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

BOOST_AUTO_TEST_SUITE(protobuf_message)

using namespace stylegan;

BOOST_AUTO_TEST_CASE(fields_are_those_of_the_specification) {  // the examples of its page "Encoding"
    ProtobufMessage inner, outer;
    inner.integer(1, 150);
    BOOST_TEST((inner.bytes() == std::string("\x08\x96\x01")));
    outer.text(2, "testing");
    BOOST_TEST((outer.bytes() == "\x12\x07testing"));
    outer.message(3, inner);
    BOOST_TEST((outer.bytes() == "\x12\x07testing\x1a\x03\x08\x96\x01"));
    ProtobufMessage negative;
    negative.integer(1, -2);
    BOOST_TEST((negative.bytes() == "\x08\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    ProtobufMessage reals;
    reals.real(1, 1.0f);
    reals.real(2, -2.0);
    BOOST_TEST((reals.bytes() == std::string("\x0d\0\0\x80\x3f\x11\0\0\0\0\0\0\0\xc0", 14)));
    BOOST_TEST(ProtobufMessage().bytes().empty());
}

BOOST_AUTO_TEST_CASE(numbers_come_back) {
    ProtobufMessage m;
    const std::int64_t numbers[] = {0,
                                    1,
                                    127,
                                    128,
                                    16383,
                                    16384,
                                    std::numeric_limits<std::int64_t>::max(),
                                    std::numeric_limits<std::int64_t>::min()};
    for (const auto v : numbers) m.integer(2047, v);
    m.real(16, 1e300);
    m.real(17, 1e-30f);
    const std::string bytes = m.bytes();
    const test::ProtobufReader read(bytes);
    for (std::size_t i = 0; i < std::size(numbers); ++i)
        BOOST_TEST(static_cast<std::int64_t>(read.all(2047).at(i).integer) == numbers[i]);
    BOOST_TEST(read.one(16).long_real() == 1e300);
    BOOST_TEST(read.one(17).real() == 1e-30f);
}

BOOST_AUTO_TEST_CASE(large_fields_are_produced_when_they_are_written) {
    int calls = 0;
    const auto produce = [&calls](char c) {
        return [&calls, c](ProtobufMessage::Sink sink) {
            ++calls;
            for (int i = 0; i < 300; ++i) sink(&c, 1);
        };
    };
    ProtobufMessage inner, outer, rest;
    inner.integer(1, 7);
    inner.produced(2, 300, produce('a'));
    inner.produced(3, 300, produce('b'));
    inner.integer(4, 8);
    outer.text(1, "before");
    outer.message(2, inner);
    outer.text(3, "after");
    rest.produced(4, 300, produce('c'));
    outer.append(rest);
    outer.integer(5, 9);
    BOOST_TEST(calls == 0);
    const std::string bytes = outer.bytes();
    BOOST_TEST(calls == 3);
    BOOST_TEST(outer.size() == bytes.size());
    const test::ProtobufReader read(bytes);
    BOOST_TEST(read.one(1).text() == "before");
    BOOST_TEST(read.one(3).text() == "after");
    BOOST_TEST(read.one(4).text() == std::string(300, 'c'));
    BOOST_TEST(read.one(5).integer == 9u);
    const test::ProtobufReader in = read.message(2);
    BOOST_TEST(in.one(1).integer == 7u);
    BOOST_TEST(in.one(2).text() == std::string(300, 'a'));
    BOOST_TEST(in.one(3).text() == std::string(300, 'b'));
    BOOST_TEST(in.one(4).integer == 8u);

    ProtobufMessage wrong;
    wrong.produced(1, 299, produce('a'));
    BOOST_CHECK_EXCEPTION((void)wrong.bytes(), ValueError, [](const Error& e) {
        return e.what() == std::string("ProtobufMessage: 300 bytes of a field were produced, expected 299");
    });
}

BOOST_AUTO_TEST_SUITE_END()
