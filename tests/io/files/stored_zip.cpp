// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"

#include <stylegan/io/files/stored_zip.hpp>
#include <stylegan/io/files/zip_writer.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(stored_zip)

using stylegan::FormatError;
using stylegan::StoredZip;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// An archive of two entries, "first" with "hello" and "second" with "world!".
Bytes archive() {
    const test::TemporaryFolder folder;
    stylegan::ZipWriter writer(folder / "x.zip");
    writer.add("first", std::string("hello"));
    writer.add("second", std::string("world!"));
    writer.commit();
    return test::read(folder / "x.zip");
}

/// Where the directory's record of the first entry begins.
std::size_t first_record(const Bytes& bytes) {
    const Bytes start{'P', 'K', 1, 2};
    return static_cast<std::size_t>(std::search(bytes.begin(), bytes.end(), start.begin(), start.end()) -
                                    bytes.begin());
}

std::string content(const StoredZip& zip, const std::string& name) {
    const auto bytes = zip.content(name).decoded();
    return {bytes.begin(), bytes.end()};
}

}  // namespace

BOOST_AUTO_TEST_CASE(stored_entries_are_read_in_place) {
    const Bytes bytes = archive();
    const StoredZip zip(bytes, "x.zip");
    BOOST_TEST(zip.entries().size() == 2u);
    BOOST_TEST(content(zip, "first") == "hello");
    BOOST_TEST(content(zip, "second") == "world!");
    BOOST_TEST(zip.contains("first"));
    BOOST_TEST(!zip.contains("third"));
    BOOST_CHECK_THROW((void)zip.content("third"), FormatError);
    const std::uint8_t* const found = zip.content("first").memory;
    BOOST_TEST((found >= bytes.data() && found < &bytes.back()));
}

// The content of such an entry is not what it stands for.
BOOST_AUTO_TEST_CASE(encrypted_and_compressed_entries_are_refused_by_name) {
    struct Field {
        std::size_t at;
        std::uint8_t value;
    };
    for (const Field field : {Field{8, 1}, Field{10, 8}, Field{20, 4}}) {  // flag, method, other packed size
        Bytes bytes = archive();
        const std::size_t at = first_record(bytes) + field.at;
        BOOST_TEST_REQUIRE(at < bytes.size());
        bytes[at] = field.at == 8 ? static_cast<std::uint8_t>(bytes[at] | field.value) : field.value;
        const StoredZip zip(bytes, "x.zip");
        BOOST_TEST(!zip.entries().at("first").stored);
        const std::string message = test::message_of<FormatError>([&] { (void)zip.content("first"); });
        BOOST_TEST(test::contains(message, "entry \"first\" is compressed or encrypted"), message);
        BOOST_TEST(content(zip, "second") == "world!");
    }
}

BOOST_AUTO_TEST_CASE(damaged_directories_are_refused) {
    const Bytes whole = archive();
    for (std::size_t length = 0; length < whole.size(); ++length)
        BOOST_CHECK_THROW(StoredZip(std::span(whole).first(length), "x.zip"), FormatError);
    Bytes bytes = whole;
    bytes[first_record(bytes) + 24] = 0xFF;  // the size: with the packed one, beyond the file
    bytes[first_record(bytes) + 20] = 0xFF;
    bytes[first_record(bytes) + 25] = 0xFF;
    bytes[first_record(bytes) + 21] = 0xFF;
    BOOST_CHECK_THROW(StoredZip(bytes, "x.zip"), FormatError);
}

BOOST_AUTO_TEST_SUITE_END()
