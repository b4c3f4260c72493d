// SPDX-License-Identifier: Apache-2.0
#include "io/pickle_samples.hpp"
#include "io/temporary_folder.hpp"

#include <stylegan/io/pickle/pickle_machine.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>

BOOST_AUTO_TEST_SUITE(pickle_machine)

using stylegan::FormatError;
using stylegan::Index;
using stylegan::Pickle;
using stylegan::PickleMachine;
using stylegan::PickleValue;

namespace {

/// A pickle, and the bytes that its values refer to.
struct Read {
    explicit Read(std::string content, const stylegan::PickleLimits& limits = {})
        : bytes(std::move(content)),
          machine(values, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, false, limits),
          root(machine.run()) {}

    std::string bytes;
    Pickle values{"x.pkl"};
    PickleMachine machine;
    PickleValue root;
};

std::string refusal(const std::string& content, const stylegan::PickleLimits& limits = {}) {
    return test::message_of<FormatError>([&] { Read read(content, limits); });
}

void check_refused(const std::string& content, const std::string& part, const stylegan::PickleLimits& limits = {}) {
    const std::string message = refusal(content, limits);
    BOOST_TEST(message.starts_with("x.pkl: byte "), message);
    BOOST_TEST(test::contains(message, part), "expected: " << part << "\nin: " << message);
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_protocol_gives_the_same_values) {
    for (std::size_t protocol = 0; protocol < test::pickle_samples().size(); ++protocol) {
        BOOST_TEST_CONTEXT("protocol " << protocol) {
            const std::string& sample = test::pickle_samples()[protocol];
            const Read read(sample);
            BOOST_TEST(read.machine.position() == sample.size());
            const PickleValue list = read.root.at("list");
            BOOST_TEST_REQUIRE(list.size() == 9u);
            BOOST_TEST(list[0].integer() == 1);
            BOOST_TEST(list[1].integer() == -2);
            BOOST_TEST(list[2].integer() == 300);
            BOOST_TEST(list[3].integer() == 70000);
            BOOST_TEST(list[4].number() == 2.5);
            BOOST_TEST(list[5].is_none());
            BOOST_TEST(list[6].boolean());
            BOOST_TEST(!list[7].boolean());
            BOOST_TEST(list[8].size() == 3u);
            BOOST_TEST(list[8][2].characters() == "\xC3\xA9\xE2\x82\xAC");
            if (protocol >= 2) {
                const auto bytes = read.root.at("long").long_integer();
                BOOST_TEST_REQUIRE(bytes.size() == 9u);
                BOOST_TEST(bytes[8] == 64);
            }
            BOOST_TEST(read.root.at("bytes").bytes().decoded() == (std::vector<std::uint8_t>{0, 255, '\n', '\\'}));
            BOOST_TEST(read.root.at("set")[0].integer() == 7);
            const std::vector<float> count{0, 1, 2, 3, 4, 5};
            for (const char* name : {"rows", "columns"}) {
                BOOST_TEST(read.root.at(name).array().shape == (std::vector<Index>{2, 3}));
                BOOST_TEST(read.root.at(name).array().read<float>() == count);
            }
            BOOST_TEST(read.root.at("rows").array().big_endian);
            BOOST_TEST(read.root.at("scalar").array().shape.empty());
            BOOST_TEST(read.root.at("scalar").array().read<double>() == std::vector<double>{1.5});
            BOOST_TEST(read.root.at("integers").array().read<int>() == (std::vector<int>{-1, 200}));
            BOOST_TEST(read.root.at("empty").array().size() == 0u);
            BOOST_TEST(read.root.at("empty").array().shape == (std::vector<Index>{0, 3}));
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_cut_off_anywhere_is_refused) {
    for (const std::string& sample : test::pickle_samples())
        for (std::size_t size = 0; size < sample.size(); ++size)
            BOOST_TEST(refusal(sample.substr(0, size)).starts_with("x.pkl: byte "), "cut to " << size << " bytes");
}

BOOST_AUTO_TEST_CASE(any_damaged_byte_is_read_or_refused) {
    for (const std::string& sample : test::pickle_samples())
        for (std::size_t at = 0; at < sample.size(); ++at)
            for (const char other : {'\x00', '\xFF', '(', 'R', 'b', '0', '\x80'}) {
                std::string damaged = sample;
                damaged[at] = other;
                try {
                    const Read read(damaged);
                } catch (const FormatError&) {
                }
            }
}

BOOST_AUTO_TEST_CASE(nothing_in_a_file_is_run) {
    check_refused("cos\nsystem\n(S'true'\ntR.", "names \"os.system\"");
    check_refused("cposix\nsystem\n(S'true'\ntR.", "names \"posix.system\"");
    check_refused("cbuiltins\neval\n(S'1'\ntR.", "names \"builtins.eval\"");
    check_refused("c__builtin__\ngetattr\n.", "names \"__builtin__.getattr\"");
    check_refused("\x80\x04\x8c\x02os\x8c\x06system\x93.", "byte 14: names \"os.system\"");
    check_refused("(S'true'\nios\nsystem\n.", "names \"os.system\"");
    check_refused("(cos\nsystem\nS'true'\no.", "names \"os.system\"");
    check_refused("csubprocess\nPopen\n(S'true'\ntR.", "names \"subprocess.Popen\"");
    check_refused("c__builtin__\nexec\n.", "names \"__builtin__.exec\"");
    check_refused("ctorch\nload\n.", "names \"torch.load\"");
    check_refused("cnumpy\nload\n.", "names \"numpy.load\"");
    check_refused("carg\x01parse\nx\n.", "names \"arg?parse.x\"");
    check_refused("\x82\x01.", "operation 130");  // an extension
    check_refused("Pid\n.", "operation 80");
    check_refused("NQ.", "outside of the file");
    check_refused("cbuiltins\nobject\n)R.", "makes nothing by itself");
    check_refused("c__builtin__\nset\n}R.", "a tuple of arguments");
    check_refused("K\x01)R.", "is an integer, expected a constructor");
    check_refused("K\x01}b.", "gives a state to an integer");
}

BOOST_AUTO_TEST_CASE(depth_and_size_have_limits) {
    check_refused(std::string(1000000, '(') + '.', "nested more than 1000 deep");
    check_refused(std::string(1000000, ']') + std::string(999999, 'a') + '.', "nested more than 1000 deep");
    check_refused('N' + std::string(1000000, '\x85') + '.', "nested more than 1000 deep");
    check_refused(std::string(2000000, 'N') + '.', "more than 1048576 values");
    check_refused('N' + std::string(2000000, '2') + '.', "larger stack");
    std::string cycle = "]q";
    cycle += std::string(1, '\0');
    for (int i = 0; i < 2000; ++i) cycle += std::string("h\0a", 3);  // a list within itself
    check_refused(cycle + '.', "nested more than 1000 deep");

    // every list holds the one before it twice: shared, not copied
    std::string bomb = "]q";
    bomb += '\0';
    for (int i = 1; i < 200; ++i) {
        bomb += "](h";
        bomb += static_cast<char>(i - 1);
        bomb += 'h';
        bomb += static_cast<char>(i - 1);
        bomb += "eq";
        bomb += static_cast<char>(i);
    }
    BOOST_TEST(Read(bomb + '.').root.size() == 2u);

    stylegan::PickleLimits few;
    few.entries = 100;
    few.arrays = 2;
    std::string wide = "](";
    for (int i = 0; i < 200; ++i) wide += 'N';
    check_refused(wide + "e.", "more than 100 entries", few);
    std::string arrays = "(";
    for (int i = 0; i < 3; ++i) arrays += "cnumpy\nndarray\n)R";
    check_refused(arrays + "l.", "more than 2 arrays", few);
}

// Small files that would cost a naive reader minutes or gigabytes.
BOOST_AUTO_TEST_CASE(what_is_said_time_and_again_is_done_once) {
    std::string encoded = "c_codecs\nencode\nq";
    encoded += '\0';
    encoded += "X";
    const std::size_t length = 1000000;
    for (int i = 0; i < 4; ++i) encoded += static_cast<char>(length >> (8 * i));
    encoded += std::string(length, 'x') + "q\1X\6" + std::string(3, '\0') + "latin1q\2(";
    for (int i = 0; i < 100000; ++i) encoded += std::string("h\0h\1h\2\x86R", 8);
    BOOST_TEST(Read(encoded + "l.").root[99999].bytes().size == length);

    std::string keys = "(";  // keys that collide in hash tables of the usual sizes
    for (int i = 0; i < 200000; ++i)
        keys += "Np" + std::to_string(std::uint64_t{1056323} * 1000003 * static_cast<std::uint64_t>(i)) + '\n';
    check_refused(keys + "l.", "stores value 1056326168969 in the memo, expected at most 1048576");
    check_refused("Np1048576\n.", "stores value 1048576 in the memo");
    BOOST_TEST(Read("Np1048575\ng1048575\n.").root.is_none());
    check_refused("Np5\ng4\n.", "takes value 4");

    const std::string name(300, 'k');
    const std::string storage = "((S'storage'\nctorch\nFloatStorage\nS'" + name + "'\nS'cpu'\nI1\ntQ.";
    Pickle values("x.pkl");
    PickleMachine machine(values, {reinterpret_cast<const std::uint8_t*>(storage.data()), storage.size()}, true);
    BOOST_TEST(test::contains(test::message_of<FormatError>([&] { (void)machine.run(); }),
                              "of 300 characters, expected at most 256"));
}

BOOST_AUTO_TEST_CASE(lengths_and_shapes_are_checked) {
    const std::string huge8(8, '\xFF');
    check_refused("\x8e" + huge8 + ".", "is cut off: has 1 bytes left, expected 18446744073709551615");
    check_refused("\x8d" + huge8 + ".", "is cut off");
    check_refused("\x96" + huge8 + ".", "is cut off");
    check_refused("\x95" + huge8 + ".", "is cut off: has 1 bytes left");
    check_refused("\x8b\xFF\xFF\xFF\x7F.", "is cut off");
    check_refused("X\xFF\xFF\xFF\xFF.", "is cut off");
    check_refused("L99999999999999999999999L\n.", "at most 64 bits");
    check_refused("Fabc\n.", "is not a number");
    check_refused("g5\n.", "takes value 5");
    check_refused("\x80\x06.", "is of protocol 6");
    check_refused("", "is cut off");
    check_refused(".", "stack has none");
    check_refused("(.", "stack has none");
    check_refused(
        "N(0"
        "0.",
        "stack has none");
    check_refused("t.", "where there is none");
    check_refused("}(Nu.", "a key without a value");
    check_refused("Na.", "stack has none");
    check_refused("NNa.", "appends to None");
    check_refused("S'x\n.", "not a quoted text");
    check_refused("S'\\xg0'\n.", "an unknown escape");
    check_refused("V\\u12\n.", "not hexadecimal");

    const auto array = [](const std::string& type, const std::string& shape, const std::string& bytes) {
        return "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nNNtR(K\x01" + shape + "cnumpy\ndtype\n(S'" +
               type + "'\nI00\nI01\ntR" + "I00\nS'" + bytes + "'\ntb.";
    };
    BOOST_TEST(Read(array("f4", "(K\x01t", "abcd")).root.array().size() == 1u);
    check_refused(array("f4", "(K\x01t", "abc"), "is an array of 3 bytes, expected 4");
    check_refused(array("f4", "(I4611686018427387904\nI4\nt", "abcd"), "more than fit into any memory");
    check_refused(array("f4", "(I-1\nt", "abcd"), "no negative number");
    check_refused(array("f4", "(I0\nI4611686018427387904\nI4\nt", "abcd"), "more than fit into any memory");
    check_refused(array("f4", "(K\x01K\x01K\x01K\x01K\x01K\x01K\x01K\x01K\x01t", "abcd"), "has 9 axes");
    check_refused(array("O8", "(K\x01t", "abcd"), "is of dtype \"O8\"");
    check_refused(array("f4", "N", "abcd"), "is None, expected a list");
    BOOST_TEST(Read("cnumpy\nndarray\n)R.").root.array().size() == 0u);  // no state
    check_refused("c_codecs\nencode\n(V\\u20ac\nS'latin1'\ntR.", "characters above 255");
    check_refused("c_codecs\nencode\n(Vx\nS'rot13'\ntR.", "encoding \"rot13\"");
}

BOOST_AUTO_TEST_CASE(values_say_what_they_are) {
    const Read read("}(S'a'\nI1\nS'a'\nI2\nS'b'\n]u.");
    BOOST_CHECK_EXCEPTION((void)read.root.at("a"), FormatError,
                          [](const FormatError& e) { return test::contains(e.what(), "names \"a\" twice"); });
    BOOST_CHECK_EXCEPTION((void)read.root.at("c"), FormatError,
                          [](const FormatError& e) { return test::contains(e.what(), "has no \"c\""); });
    BOOST_CHECK_EXCEPTION((void)read.root.at("b")[0], FormatError, [](const FormatError& e) {
        return test::contains(e.what(), "has 0 entries, expected at least 1");
    });
    BOOST_CHECK_THROW((void)read.root.at("b").integer(), FormatError);
    BOOST_CHECK_THROW((void)read.root.at("b").state(), FormatError);
}

BOOST_AUTO_TEST_SUITE_END()
