// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"

#include <stylegan/io/datasets/file_collection.hpp>
#include <stylegan/io/files/zip.hpp>
#include <stylegan/io/files/zip_writer.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <zip.h>

namespace tests {  // in the global namespace, zip is a struct of libzip
BOOST_AUTO_TEST_SUITE(zip)

using stylegan::Bytes;
using stylegan::FileCollection;
using stylegan::FileError;
using stylegan::FormatError;
using stylegan::ZipFile;
using stylegan::ZipWriter;

namespace {

Bytes content(std::size_t size, int start) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(start + static_cast<int>(i));
    return bytes;
}

void write_small(const std::filesystem::path& path) {
    ZipWriter writer(path);
    writer.add("b/second", content(300, 2));
    writer.add("a", std::string("text"));
    writer.add("empty", Bytes{});
    writer.commit();
}

/// An archive of compressed entries, as common tools write it.
void write_compressed(const std::filesystem::path& path, const Bytes& bytes) {
    int error = 0;
    zip_t* archive = zip_open(path.c_str(), ZIP_CREATE, &error);
    BOOST_TEST_REQUIRE(archive != nullptr);
    zip_dir_add(archive, "folder", 0);
    zip_file_add(archive, "folder/entry", zip_source_buffer(archive, bytes.data(), bytes.size(), 0), 0);
    BOOST_TEST_REQUIRE(zip_close(archive) == 0);
}

}  // namespace

BOOST_AUTO_TEST_CASE(round_trip) {
    const test::TemporaryFolder folder;
    write_small(folder / "x.zip");
    const ZipFile file(folder / "x.zip");
    BOOST_TEST(file.names() == (std::vector<std::string>{"b/second", "a", "empty"}), boost::test_tools::per_element());
    BOOST_TEST(file.read(0) == content(300, 2), boost::test_tools::per_element());
    BOOST_TEST(file.read(0, 7) == content(7, 2), boost::test_tools::per_element());
    BOOST_TEST(file.read(1).size() == 4u);
    BOOST_TEST(file.read(2).empty());
    BOOST_CHECK_THROW((void)file.read(3), FormatError);
}

BOOST_AUTO_TEST_CASE(the_same_entries_give_the_same_bytes) {
    const test::TemporaryFolder folder;
    write_small(folder / "x.zip");
    write_small(folder / "y.zip");
    BOOST_TEST(test::read(folder / "x.zip") == test::read(folder / "y.zip"));
}

BOOST_AUTO_TEST_CASE(appears_when_committed) {
    const test::TemporaryFolder folder;
    {
        ZipWriter writer(folder / "x.zip");
        writer.add("a", std::string("text"));
        BOOST_CHECK_THROW(writer.add("a", std::string("again")), stylegan::ValueError);
        BOOST_CHECK_THROW(writer.add("", std::string()), stylegan::ValueError);
    }
    BOOST_TEST(folder.files().empty());
    BOOST_CHECK_THROW(ZipWriter(folder / "none/x.zip"), FileError);
}

BOOST_AUTO_TEST_CASE(more_entries_than_a_plain_zip_can_count) {
    const test::TemporaryFolder folder;
    constexpr std::size_t count = 65600;
    ZipWriter writer(folder / "x.zip");
    for (std::size_t i = 0; i < count; ++i) writer.add(std::to_string(i), content(1, static_cast<int>(i)));
    writer.commit();
    const ZipFile file(folder / "x.zip");
    BOOST_TEST(file.names().size() == count);
    BOOST_TEST(file.names().at(65599) == "65599");
    BOOST_TEST(file.read(65599) == content(1, 65599), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(compressed_archives_are_read) {
    const test::TemporaryFolder folder;
    const Bytes bytes(10000, 7);
    write_compressed(folder / "x.zip", bytes);
    BOOST_TEST(std::filesystem::file_size(folder / "x.zip") < 1000u);
    const FileCollection files(folder / "x.zip");
    BOOST_TEST(files.size() == 1u);
    BOOST_TEST(files.name(0) == "folder/entry");
    BOOST_TEST(files.read(0) == bytes);
    BOOST_TEST(files.read(0, 10).size() == 10u);
}

BOOST_AUTO_TEST_CASE(cut_off_at_every_byte) {
    const test::TemporaryFolder folder;
    write_small(folder / "x.zip");
    const auto whole = test::read(folder / "x.zip");
    for (std::size_t length = 0; length < whole.size(); ++length) {
        test::write(folder / "cut.zip", std::span(whole).first(length));
        BOOST_CHECK_THROW(ZipFile(folder / "cut.zip"), FormatError);
    }
}

BOOST_AUTO_TEST_CASE(any_changed_byte_is_read_or_refused) {
    const test::TemporaryFolder folder;
    write_small(folder / "x.zip");
    const auto whole = test::read(folder / "x.zip");
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto changed = whole;
        changed[at] ^= 0x41;
        test::write(folder / "changed.zip", changed);
        try {
            const ZipFile file(folder / "changed.zip");
            for (std::size_t i = 0; i < file.names().size(); ++i) (void)file.read(i);
        } catch (const FormatError&) {
        }
    }
}

BOOST_AUTO_TEST_CASE(damaged_entries_are_named) {
    const test::TemporaryFolder folder;
    write_small(folder / "x.zip");
    auto bytes = test::read(folder / "x.zip");
    bytes[100] ^= 1;  // in the content of the first entry
    test::write(folder / "x.zip", bytes);
    const ZipFile file(folder / "x.zip");
    const std::string message = test::message_of<FormatError>([&] { (void)file.read(0); });
    BOOST_TEST(test::contains(message, "x.zip: b/second: "), message);
    BOOST_CHECK_NO_THROW((void)file.read(1));
}

BOOST_AUTO_TEST_CASE(a_size_of_64_bits_without_its_field_is_no_missing_file) {
    const test::TemporaryFolder folder;
    write_small(folder / "x.zip");
    auto bytes = test::read(folder / "x.zip");
    const Bytes start{'P', 'K', 1, 2};  // of an entry in the directory; its sizes are 20 bytes on
    const auto entry = std::search(bytes.begin(), bytes.end(), start.begin(), start.end());
    BOOST_TEST_REQUIRE((bytes.end() - entry > 28));
    std::fill(entry + 20, entry + 28, std::uint8_t{0xFF});
    test::write(folder / "x.zip", bytes);
    const std::string message = test::message_of<FormatError>([&] { ZipFile file(folder / "x.zip"); });
    BOOST_TEST(test::contains(message, "x.zip: is not a zip archive, or is cut off: "), message);
}

BOOST_AUTO_TEST_CASE(what_is_no_archive) {
    const test::TemporaryFolder folder;
    BOOST_CHECK_THROW(ZipFile(folder / "none.zip"), FileError);
    BOOST_CHECK_THROW(ZipFile(folder.path()), FileError);
    test::write(folder / "text.zip", "this is a text");
    const std::string message = test::message_of<FormatError>([&] { ZipFile(folder / "text.zip"); });
    BOOST_TEST(test::contains(message, "text.zip: is not a zip archive, or is cut off"));
    BOOST_CHECK_THROW(FileCollection(folder / "none"), FileError);
    BOOST_CHECK_THROW(FileCollection(folder / "text.zip"), FormatError);
}

BOOST_AUTO_TEST_CASE(pipes_and_devices_are_refused_at_once) {
    const test::TemporaryFolder folder;
    BOOST_TEST_REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    for (const std::filesystem::path& path : {folder / "pipe", std::filesystem::path("/dev/zero")}) {
        for (const std::string& message : {test::message_of<FileError>([&] { ZipFile file(path); }),
                                           test::message_of<FileError>([&] { FileCollection files(path); })})
            BOOST_TEST(test::contains(message, "is not a regular file"), message);
    }
}

BOOST_AUTO_TEST_CASE(an_entry_has_a_longest_length_by_its_use) {
    const test::TemporaryFolder folder;
    write_compressed(folder / "x.zip", Bytes(10000, 7));
    const ZipFile file(folder / "x.zip");
    BOOST_TEST(file.stored_size(1) < 100u);
    BOOST_TEST(file.read_whole(1, 10000).size() == 10000u);
    const std::string message = test::message_of<FormatError>([&] { (void)file.read_whole(1, 9999); });
    BOOST_TEST(test::contains(message, "x.zip: folder/entry: is 10000 bytes long, expected at most 9999"), message);
}

BOOST_AUTO_TEST_CASE(what_is_compressed_too_well_is_not_read) {
    const test::TemporaryFolder folder;
    write_compressed(folder / "x.zip", Bytes(std::size_t{80} << 20));
    const ZipFile file(folder / "x.zip");
    const std::string message = test::message_of<FormatError>([&] { (void)file.read(1); });
    BOOST_TEST(test::contains(message, "folder/entry: is 83886080 bytes long, expected at most "), message);
    BOOST_TEST(file.read(1, 100).size() == 100u);
}

BOOST_AUTO_TEST_CASE(entries_that_overlap_are_refused) {
    const test::TemporaryFolder folder;
    write_small(folder / "x.zip");
    auto bytes = test::read(folder / "x.zip");
    const Bytes start{'P', 'K', 1, 2};  // of an entry in the directory; its sizes are 20 bytes on
    for (auto at = bytes.begin();; at += 28) {
        at = std::search(at, bytes.end(), start.begin(), start.end());
        if (at == bytes.end()) break;
        for (std::ptrdiff_t k : {20, 24}) at[k] = 200, at[k + 1] = 0;  // more than half of the file
    }
    test::write(folder / "x.zip", bytes);
    const std::string message = test::message_of<FormatError>([&] { ZipFile file(folder / "x.zip"); });
    BOOST_TEST(test::contains(message, "whose entries are longer: they overlap, or it is damaged"), message);
}

BOOST_AUTO_TEST_CASE(long_names_are_cut_in_messages) {
    const test::TemporaryFolder folder;
    const std::string name(60000, 'n');
    ZipWriter writer(folder / "x.zip");
    writer.add(name, content(300, 2));
    const std::string again = test::message_of<stylegan::ValueError>([&] { writer.add(name, std::string("again")); });
    writer.commit();
    auto bytes = test::read(folder / "x.zip");
    bytes[60100] ^= 1;  // in the content
    test::write(folder / "x.zip", bytes);
    const ZipFile file(folder / "x.zip");
    const std::string damaged = test::message_of<FormatError>([&] { (void)file.read(0); });
    for (const std::string& message : {again, damaged, FileCollection(folder / "x.zip").where(0)}) {
        BOOST_TEST(test::contains(message, "nnn..."), message);
        BOOST_TEST(message.size() < 400u);
    }
}

BOOST_AUTO_TEST_CASE(two_files_of_one_name_are_refused) {
    const test::TemporaryFolder folder;
    ZipWriter writer(folder / "x.zip");
    for (const char* name : {"b/a.png", "b\\a.png"}) writer.add(name, std::string("text"));
    writer.commit();
    const std::string message = test::message_of<FormatError>([&] { FileCollection files(folder / "x.zip"); });
    BOOST_TEST(test::contains(message, "x.zip: has two files called b/a.png"), message);
}

BOOST_AUTO_TEST_CASE(folder_and_archive_look_alike) {
    const test::TemporaryFolder folder;
    ZipWriter writer(folder / "x.zip");
    for (const std::string name : {"b.png", "a/2.png", "a/10.png", ".hidden", "a/._mac", "__MACOSX/b.png", ".git/x"}) {
        writer.add(name, name);
        test::write(folder / ("x/" + name), name);
    }
    writer.commit();
    std::filesystem::remove_all(folder / "x/__MACOSX");
    const FileCollection archive(folder / "x.zip"), plain(folder / "x");
    for (const FileCollection* files : {&archive, &plain}) {
        BOOST_TEST_REQUIRE(files->size() == 3u);
        for (std::size_t i = 0; i < 3; ++i) {
            const std::string expected[] = {"a/10.png", "a/2.png", "b.png"};
            BOOST_TEST(files->name(i) == expected[i]);
            const Bytes bytes = files->read(i);
            BOOST_TEST(std::string(bytes.begin(), bytes.end()) == expected[i]);
            BOOST_TEST(files->find(expected[i]).value() == i);
            BOOST_TEST(test::contains(files->where(i), expected[i]));
        }
        BOOST_TEST(!files->find("c.png").has_value());
    }
}

BOOST_AUTO_TEST_CASE(several_threads_read) {
    const test::TemporaryFolder folder;
    ZipWriter writer(folder / "x.zip");
    for (int i = 0; i < 50; ++i) writer.add(std::to_string(i), content(5000, i));
    writer.commit();
    const ZipFile file(folder / "x.zip");
    std::vector<int> wrong(4);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (std::size_t i = 0; i < 50; ++i)
                wrong[t] += file.read((i + 13 * t) % 50) == content(5000, static_cast<int>((i + 13 * t) % 50)) ? 0 : 1;
        });
    for (std::thread& t : threads) t.join();
    BOOST_TEST(std::count(wrong.begin(), wrong.end(), 0) == 4);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace tests
