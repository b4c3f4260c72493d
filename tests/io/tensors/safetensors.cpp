// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"

#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/io/tensors/safetensors_writer.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(safetensors)

using stylegan::FormatError;
using stylegan::SafetensorsFile;
using stylegan::SafetensorsWriter;

namespace {

/// A file of the given header and number of zero bytes.
std::string file_of(const std::string& header, std::size_t data_size) {
    const std::uint64_t length = header.size();
    std::string file(8, '\0');
    std::memcpy(file.data(), &length, 8);
    return file + header + std::string(data_size, '\0');
}

/// The error of opening such a file.
std::string complaint(const std::string& header, std::size_t data_size) {
    const test::TemporaryFolder folder;
    test::write(folder / "bad.safetensors", file_of(header, data_size));
    return test::message_of<FormatError>([&] { SafetensorsFile(folder / "bad.safetensors"); });
}

void write_small(const std::filesystem::path& path) {
    const std::vector<float> x{1.5f, -2, 3, 4, 5, 6};
    const std::vector<std::int64_t> k{-1, INT64_MAX};
    const std::vector<std::uint8_t> b{7};
    const double pi = 3.25;
    SafetensorsWriter writer;
    writer.metadata("name", "a \"small\" file \xc3\xa9");
    writer.add("bytes", {1}, b.data());
    writer.add("x/weight", {2, 3}, x.data());
    writer.add("k", {2}, k.data());
    writer.add("pi", {}, &pi);
    writer.add("nothing", {0, 4}, x.data());
    writer.write(path);
}

}  // namespace

BOOST_AUTO_TEST_CASE(round_trip) {
    const test::TemporaryFolder folder;
    write_small(folder / "a");
    const SafetensorsFile file(folder / "a");
    BOOST_TEST(file.names().size() == 5u);
    BOOST_TEST(file.metadata().at("name") == "a \"small\" file \xc3\xa9");
    BOOST_TEST(file.contains("pi"));
    BOOST_TEST(!file.contains("__metadata__"));
    BOOST_TEST((file.dtype("k") == stylegan::ElementType::i64));
    BOOST_TEST((file.shape("x/weight") == std::vector<stylegan::Index>{2, 3}));
    BOOST_TEST(file.shape("pi").empty());
    const std::vector<float> x{1.5f, -2, 3, 4, 5, 6};
    BOOST_TEST(file.read_float("x/weight") == x, boost::test_tools::per_element());
    BOOST_TEST(file.read_double("pi").at(0) == 3.25);
    BOOST_TEST(file.read<std::int64_t>("k").at(1) == INT64_MAX);
    BOOST_TEST(file.read_float("bytes").at(0) == 7.0f);
    BOOST_TEST(file.read_float("nothing").empty());
    BOOST_TEST(file.array("bytes").bytes.size == 1u);

    std::vector<float> into(6);
    file.read_into("x/weight", {2, 3}, into.data());
    BOOST_TEST(into == x, boost::test_tools::per_element());
    const std::string shape = test::message_of<FormatError>([&] { file.read_into("x/weight", {3, 2}, into.data()); });
    BOOST_TEST(test::contains(shape, "\"x/weight\" has shape [2,3], expected [3,2]"));
    BOOST_TEST(test::contains(test::message_of<FormatError>([&] { (void)file.read_float("y"); }), "no tensor \"y\""));
}

BOOST_AUTO_TEST_CASE(the_same_content_gives_the_same_bytes_aligned) {
    const test::TemporaryFolder folder;
    write_small(folder / "a");
    write_small(folder / "b");
    BOOST_TEST(test::read(folder / "a") == test::read(folder / "b"));
    const SafetensorsFile file(folder / "a");
    for (const std::string& name : file.names())
        if (const auto bytes = file.array(name).bytes; bytes.size > 0)
            BOOST_TEST(bytes.offset % size_of(file.dtype(name)) == 0u);
}

BOOST_AUTO_TEST_CASE(half_precision) {
    const test::TemporaryFolder folder;
    const std::vector<std::uint16_t> half{0x3C00, 0xC000, 0x7BFF, 0x0001, 0x03FF, 0x8000, 0x7C00, 0x7E00};
    std::string file = file_of(R"({"h":{"dtype":"F16","shape":[8],"data_offsets":[0,16]},)"
                               R"("b":{"dtype":"BF16","shape":[2],"data_offsets":[16,20]}})",
                               20);
    std::memcpy(file.data() + file.size() - 20, half.data(), 16);
    const std::uint16_t brain[] = {0x3F80, 0xC2F7};
    std::memcpy(file.data() + file.size() - 4, brain, 4);
    test::write(folder / "a", file);
    const SafetensorsFile tensors(folder / "a");
    const auto h = tensors.read_float("h");
    BOOST_TEST(h[0] == 1.0f);
    BOOST_TEST(h[1] == -2.0f);
    BOOST_TEST(h[2] == 65504.0f);
    BOOST_TEST(h[3] == 0x1p-24f);
    BOOST_TEST(h[4] == 1023 * 0x1p-24f);
    BOOST_TEST((h[5] == 0.0f && std::signbit(h[5])));
    BOOST_TEST(h[6] == std::numeric_limits<float>::infinity());
    BOOST_TEST(std::isnan(h[7]));
    BOOST_TEST(tensors.read_double("b").at(0) == 1.0);
    BOOST_TEST(tensors.read_double("b").at(1) == -123.5);
}

BOOST_AUTO_TEST_CASE(cut_off_at_every_byte) {
    const test::TemporaryFolder folder;
    write_small(folder / "a");
    const auto whole = test::read(folder / "a");
    for (std::size_t length = 0; length < whole.size(); ++length) {
        test::write(folder / "cut", std::span(whole).first(length));
        BOOST_CHECK_THROW(SafetensorsFile(folder / "cut"), FormatError);
    }
    auto longer = whole;
    longer.push_back(0);
    test::write(folder / "long", longer);
    BOOST_TEST(
        test::contains(test::message_of<FormatError>([&] { SafetensorsFile(folder / "long"); }), "1 bytes after"));
}

/// Opens a file and reads all of its tensors.
void read_all(const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    for (const std::string& name : file.names()) (void)file.read_double(name);
}

BOOST_AUTO_TEST_CASE(any_changed_bit_is_noticed) {
    const test::TemporaryFolder folder;
    write_small(folder / "a");
    const auto whole = test::read(folder / "a");
    for (std::size_t at = 0; at < 8 * whole.size(); ++at) {
        auto changed = whole;
        changed[at / 8] = static_cast<std::uint8_t>(changed[at / 8] ^ (1u << (at % 8)));
        test::write(folder / "changed", changed);
        BOOST_CHECK_THROW(read_all(folder / "changed"), FormatError);
        BOOST_CHECK_THROW(SafetensorsFile(folder / "changed").verify(), FormatError);
    }
}

BOOST_AUTO_TEST_CASE(a_damaged_tensor_is_named_when_it_is_read) {
    const test::TemporaryFolder folder;
    write_small(folder / "a");
    auto bytes = test::read(folder / "a");
    bytes.back() ^= 1;  // of "bytes", which comes last
    test::write(folder / "damaged", bytes);
    const SafetensorsFile file(folder / "damaged");
    BOOST_TEST(file.read_double("pi").at(0) == 3.25);
    const auto check = [&](const std::string& message) {
        for (const char* part : {"damaged: tensor \"bytes\" is damaged: the XXH3 of 1 bytes is ", ", expected "})
            BOOST_TEST(test::contains(message, part), message << " lacks: " << part);
    };
    check(test::message_of<FormatError>([&] { (void)file.read_float("bytes"); }));
    check(test::message_of<FormatError>([&] { file.verify(); }));
    const stylegan::NamedTensors tensors = named_tensors(SafetensorsFile(folder / "damaged"));
    check(test::message_of<FormatError>([&] { (void)tensors.read_float("bytes"); }));
    check(test::message_of<FormatError>([&] { (void)tensors["bytes"].permuted({0}).read<float>(); }));
    check(test::message_of<FormatError>([&] { tensors.verify(); }));
}

BOOST_AUTO_TEST_CASE(a_damaged_header_is_called_so) {
    const test::TemporaryFolder folder;
    write_small(folder / "a");
    const auto bytes = test::read(folder / "a");
    const std::string whole(bytes.begin(), bytes.end());
    const auto complaint_of = [&](const std::string& old, const std::string& now) {
        std::string changed = whole;
        changed.replace(changed.find(old), old.size(), now);
        test::write(folder / "b", changed);
        return test::message_of<FormatError>([&] { read_all(folder / "b"); });
    };
    BOOST_TEST(test::contains(complaint_of("small", "large"), "b: header is damaged: its "));
    BOOST_TEST(test::contains(complaint_of("small", "large"), " bytes from byte 8 on have the XXH3 "));
    BOOST_TEST(test::contains(complaint_of("xxh3_header", "xxh3_hdaeer"),
                              "header is damaged: it has digests, but no \"xxh3_header\" of itself"));
    BOOST_TEST(test::contains(complaint_of("x/weight", "y/weight"), "header is damaged"));
}

BOOST_AUTO_TEST_CASE(files_without_digests_are_read) {
    const test::TemporaryFolder folder;
    test::write(folder / "a",
                file_of(R"({"__metadata__":{"a":"b"},"h":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8));
    const SafetensorsFile file(folder / "a");
    BOOST_TEST((file.verify() == stylegan::DigestKind::none));
    BOOST_TEST(file.read_float("h").size() == 2u);
    write_small(folder / "b");
    BOOST_TEST((SafetensorsFile(folder / "b").verify() == stylegan::DigestKind::xxh3));
}

BOOST_AUTO_TEST_CASE(digests_are_no_metadata) {
    const test::TemporaryFolder folder;
    write_small(folder / "a");
    BOOST_TEST(SafetensorsFile(folder / "a").metadata().size() == 1u);
    const float x = 2;
    SafetensorsWriter writer;
    writer.metadata("xxh3_header", "of another file");
    writer.metadata("xxh3_tensors", "of another file");
    writer.add("x", {}, &x);
    writer.write(folder / "b");
    BOOST_TEST((SafetensorsFile(folder / "b").verify() == stylegan::DigestKind::xxh3));
    BOOST_TEST(SafetensorsFile(folder / "b").metadata().empty());
}

BOOST_AUTO_TEST_CASE(digests_are_those_of_xxhsum) {
    const auto xxh3 = [](std::string_view s) {
        return stylegan::detail::digits_of(digest_of(stylegan::DigestKind::xxh3, s.data(), s.size()));
    };
    BOOST_TEST(xxh3("") == "2d06800538d394c2");
    BOOST_TEST(xxh3("stylegan") == "bd839b4d08238b55");
    BOOST_TEST((stylegan::detail::digest_in("2d06800538d394c2") == 0x2d06800538d394c2u));
    BOOST_TEST(!stylegan::detail::digest_in("2D06800538d394c2"));
    BOOST_TEST((digest_of(stylegan::DigestKind::crc32, "123456789", 9) == 0xCBF43926u));
}

BOOST_AUTO_TEST_CASE(wrong_headers_are_explained) {
    const auto expect = [](const std::string& header, std::size_t size, const std::string& part) {
        const std::string message = complaint(header, size);
        BOOST_TEST(test::contains(message, "bad.safetensors: "), message);
        BOOST_TEST(test::contains(message, part), message << " lacks: " << part);
    };
    const std::string a = R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
    expect("[]", 0, "not a JSON object");
    expect("{\"a\":", 0, "is not JSON");
    expect("{\"\xff\":1}", 0, "is not JSON");
    const std::string deep(1000000, '[');
    expect(deep, 0, "nested more than 32 deep");
    expect(R"({"a":{"dtype":"F32","shape":)" + deep + std::string(1000000, ']') + R"(,"data_offsets":[0,8]}})", 8,
           "nested");
    expect(std::string(17000000, ' '), 0, "JSON of 17000000 bytes, expected at most 16777216");
    expect("{" + a + "," + a + "}", 8, "names \"a\" twice");
    expect("{" + a + "}", 7, "has data_offsets [0,8], expected within the 7 bytes of data");
    expect("{" + a + "}", 9, "1 bytes after the last tensor");
    expect(R"({"a":3})", 0, "has no \"dtype\"");
    expect(R"({"a":{"dtype":"F32","data_offsets":[0,8]}})", 8, "has no \"shape\"");
    expect(R"({"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}})", 8, "dtype \"F33\"");
    expect(R"({"a":{"dtype":4,"shape":[2],"data_offsets":[0,8]}})", 8, "dtype 4");
    expect(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8,
           "has 8 bytes, expected 12 for shape [3] of F32");
    expect(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8, "has shape [-2]");
    expect(R"({"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})", 8, "has shape [2.0]");
    expect(R"({"a":{"dtype":"F32","shape":"2","data_offsets":[0,8]}})", 8, "has shape \"2\"");
    expect(R"({"a":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}})", 8, "fit into memory");
    expect(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0, "fit into memory");
    expect(R"({"a":{"dtype":"F32","shape":[0,18446744073709551615],"data_offsets":[0,0]}})", 0, "fit into memory");
    expect(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8, "has data_offsets [8,0]");
    expect(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}})", 8, "expected [begin, end]");
    expect(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,1e99]}})", 8, "expected [begin, end]");
    expect("{" + a + R"(,"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", 12, "\"b\" begins at byte");
    expect("{" + a + R"(,"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}})", 20, "where \"a\" ends");
    expect(R"({"__metadata__":{"k":1}})", 0, "\"k\" is not a string");
    expect(R"({"__metadata__":[]})", 0, "not a JSON object");
}

BOOST_AUTO_TEST_CASE(no_file) {
    const test::TemporaryFolder folder;
    BOOST_CHECK_THROW(SafetensorsFile(folder / "none"), stylegan::FileError);
    BOOST_CHECK_THROW(SafetensorsFile(folder.path()), stylegan::FileError);
    test::write(folder / "empty", "");
    BOOST_CHECK_THROW(SafetensorsFile(folder / "empty"), FormatError);
}

BOOST_AUTO_TEST_CASE(writer_refuses_what_it_cannot_write) {
    const test::TemporaryFolder folder;
    const float x = 0;
    SafetensorsWriter writer;
    writer.add("x", {}, &x);
    BOOST_CHECK_THROW(writer.add("x", {}, &x), stylegan::ValueError);
    BOOST_CHECK_THROW(writer.add("__metadata__", {}, &x), stylegan::ValueError);
    BOOST_CHECK_THROW(writer.add("y", {-1}, &x), stylegan::ValueError);
    BOOST_CHECK_THROW(writer.write(folder / "none/a"), stylegan::FileError);
}

BOOST_AUTO_TEST_SUITE_END()
