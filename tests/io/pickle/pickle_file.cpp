// SPDX-License-Identifier: Apache-2.0
// Pickles in files are read through a window: the values are those of a pickle in memory, wherever the window ends.
#include "io/pickle_samples.hpp"
#include "io/temporary_folder.hpp"

#include <stylegan/io/pickle/pickle_file.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(pickle_file)

using namespace stylegan;

namespace {

/// A value as text, for comparisons.
std::string text_of(PickleValue v) {
    if (v.is_integer()) return text(v.integer());
    if (v.is_text())
        return text('"', v.bytes().size <= 65536 ? std::string(v.characters()) : text(v.bytes().size), '"');
    if (v.is_list() || v.is_dictionary()) {
        std::string s = "[";
        for (std::size_t i = 0; i < v.size(); ++i)
            s += (v.is_list() ? text_of(v[i]) : text_of(v.entry(i).first) + ':' + text_of(v.entry(i).second)) + ',';
        return s + ']';
    }
    if (v.is_array()) {
        std::string s = "array";
        for (const double x : v.array().read<double>()) s += text(' ', x);
        return s;
    }
    if (std::string(v.kind()) == "bytes") {
        const auto bytes = v.bytes().decoded();
        return std::string(bytes.begin(), bytes.end());
    }
    return v.kind();
}

std::string text_in_memory(const std::string& content) {
    Pickle values("x.pkl");
    PickleMachine machine(values, {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
    return text_of(machine.run());
}

std::string text_in_file(const test::TemporaryFolder& folder, const std::string& content) {
    test::write(folder / "x.pkl", content);
    return text_of(PickleFile(folder / "x.pkl").root());
}

std::string sized(char operation, std::size_t size) {
    std::string s(1, operation);
    for (int i = 0; i < 4; ++i) s += static_cast<char>(size >> (8 * i));
    return s + std::string(size, 'z');
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_same_values_as_in_memory) {
    const test::TemporaryFolder folder;
    for (const std::string& sample : test::pickle_samples())
        BOOST_TEST(text_in_file(folder, sample) == text_in_memory(sample));
}

BOOST_AUTO_TEST_CASE(the_window_may_end_anywhere) {
    const test::TemporaryFolder folder;
    const std::string values = "I-12\nS'some text'\nK\5J\1\2\3\4" + sized('X', 20) + sized('B', 9) + sized('B', 1023) +
                               sized('B', 1024) + sized('X', 3000) + "Vline\\u00e9\nL99L\nK\7" + sized('T', 70000) +
                               "]p0\ng0\nK\3l.";
    for (std::size_t before = 65536 - 3200; before <= 65536 + 10; before += before < 65400 ? 97 : 1) {
        const std::string content = "(" + std::string(before, 'N') + values;
        BOOST_TEST(text_in_file(folder, content) == text_in_memory(content), "with " << before << " bytes before");
    }
}

BOOST_AUTO_TEST_CASE(long_texts_are_no_names) {
    const test::TemporaryFolder folder;
    test::write(folder / "x.pkl", "(" + sized('X', 70000) + "K\1d.");
    const PickleFile file(folder / "x.pkl");
    const PickleValue key = file.root().entry(0).first;
    BOOST_TEST(key.is_text());
    BOOST_TEST(key.bytes().size == 70000u);
    BOOST_TEST(!file.root().find("z"));
    BOOST_TEST(
        test::contains(test::message_of<FormatError>([&] { (void)key.characters(); }), "is text of 70000 bytes, too long for a name"));
}

BOOST_AUTO_TEST_CASE(digests_after_the_pickle) {
    const test::TemporaryFolder folder;
    std::string content;
    PickleWriter writer(
        [&](const void* data, std::size_t size) { content.append(static_cast<const char*>(data), size); });
    const std::string large(5000, 'a'), small(100, 'b');
    writer.mark();
    writer.bytes(large.data(), large.size());
    writer.bytes(small.data(), small.size());
    writer.string("text");
    writer.end_list();
    writer.stop();
    const std::string plain = content;
    const std::string whole = content + writer.digests();
    test::write(folder / "x.pkl", whole);
    BOOST_TEST((PickleFile(folder / "x.pkl").source().verify() == DigestKind::xxh3));
    BOOST_TEST(text_in_file(folder, whole) == text_in_memory(plain));
    test::write(folder / "x.pkl", plain);
    BOOST_TEST((PickleFile(folder / "x.pkl").source().verify() == DigestKind::none));
    for (std::size_t at = 0; at < whole.size(); at += at < 4000 && at > 100 ? 61 : 1) {
        std::string changed = whole;
        changed[at] = static_cast<char>(changed[at] ^ 4);
        test::write(folder / "x.pkl", changed);
        const bool of_the_mark = at >= plain.size() && at < plain.size() + PickleWriter::start_of_digests.size();
        if (of_the_mark) continue;  // then nothing is compared, and the values are the same
        BOOST_CHECK_THROW(PickleFile(folder / "x.pkl").source().verify(), FormatError);
    }
}

BOOST_AUTO_TEST_SUITE_END()
