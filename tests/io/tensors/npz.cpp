// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"

#include <stylegan/io/tensors/npz.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(npz)

using namespace stylegan;

BOOST_AUTO_TEST_CASE(what_was_written_is_read) {
    const test::TemporaryFolder folder;
    const std::vector<float> values{1, 2.5f, -3, 0, 1e-30f, 6};
    write_npz(folder / "w.npz", "w", {1, 2, 3}, values);
    const NpyArray<double> array = read_npz<double>(folder / "w.npz", "w");
    BOOST_TEST(array.shape == (std::vector<Index>{1, 2, 3}), boost::test_tools::per_element());
    for (std::size_t i = 0; i < values.size(); ++i) BOOST_TEST(array.values[i] == static_cast<double>(values[i]));
}

BOOST_AUTO_TEST_CASE(arrays_of_several_types_are_written) {
    const test::TemporaryFolder folder;
    NpzWriter writer(folder / "all.npz");
    writer.add("single", {2}, std::vector<float>{1.5f, 2});
    writer.add("double", {1, 2}, std::vector<double>{0.1, 1e300});
    writer.add("whole", {}, std::vector<std::int64_t>{-5'000'000'000});
    writer.add_text("name", "sefa");
    BOOST_CHECK_THROW(writer.add("single", {1}, std::vector<float>{1}), ValueError);
    BOOST_TEST(test::message_of<ShapeError>([&] { writer.add("w", {3}, std::vector<float>{1}); }) ==
               "NpzWriter: w has 1 values, expected those of shape [3]");
    writer.commit();
    const NpzFile file(folder / "all.npz");
    BOOST_TEST(file.contains("double"));
    BOOST_TEST(!file.contains("doubles"));
    BOOST_TEST(file.read("single").values[0] == 1.5f);
    BOOST_TEST(file.read<double>("double").values[0] == 0.1);
    BOOST_TEST(file.read<double>("double").values[1] == 1e300);
    BOOST_TEST(file.read<double>("whole").values[0] == -5e9);
    BOOST_TEST(file.read<double>("whole").shape.empty());
    const std::string refused = test::message_of<FormatError>([&] { (void)file.read("name"); });
    BOOST_TEST(test::contains(refused, "name.npy: holds numbers of type <U4"), refused);
    const ZipFile zip(folder / "all.npz");
    const Bytes text = zip.read(3, 1000);
    BOOST_TEST(std::string(text.end() - 16, text.end()) == std::string("s\0\0\0e\0\0\0f\0\0\0a\0\0\0", 16));
    BOOST_TEST(text.size() % 64 == 16u);  // the numbers begin at a multiple of 64
}

BOOST_AUTO_TEST_CASE(a_missing_array_is_named) {
    const test::TemporaryFolder folder;
    write_npz(folder / "w.npz", "w", {1}, {7});
    const std::string message = test::message_of<FormatError>([&] { (void)read_npz(folder / "w.npz", "z"); });
    BOOST_TEST(message.ends_with("w.npz: has no array z, but w.npy"), message);
}

BOOST_AUTO_TEST_CASE(an_array_that_expands_too_far_is_refused) {
    const test::TemporaryFolder folder;
    const std::vector<std::uint8_t> zeros(largest_npz_array + 1);
    const zip_uint64_t size = zeros.size();
    int code = 0;
    zip_t* const archive = zip_open((folder / "bomb.npz").c_str(), ZIP_CREATE, &code);
    BOOST_TEST_REQUIRE(archive != nullptr);
    zip_file_add(archive, "w.npy", zip_source_buffer(archive, zeros.data(), size, 0), 0);
    BOOST_TEST_REQUIRE(zip_close(archive) == 0);
    BOOST_TEST(std::filesystem::file_size(folder / "bomb.npz") < 1000000u);
    const std::string message = test::message_of<FormatError>([&] { (void)read_npz(folder / "bomb.npz", "w"); });
    BOOST_TEST(test::contains(message, "bomb.npz: w.npy: expands to more than 33554432 bytes"), message);
}

BOOST_AUTO_TEST_CASE(a_damaged_array_is_named) {
    const test::TemporaryFolder folder;
    ZipWriter file(folder / "w.npz");
    file.add("w.npy", std::string("no numbers at all"));
    file.commit();
    const std::string message = test::message_of<FormatError>([&] { (void)read_npz(folder / "w.npz", "w"); });
    BOOST_TEST(message.ends_with("w.npz: w.npy: is not a NumPy array (.npy)"), message);
}

BOOST_AUTO_TEST_CASE(cut_off_or_changed_at_every_byte) {
    const test::TemporaryFolder folder;
    write_npz(folder / "w.npz", "w", {2, 3}, std::vector<float>(6));
    const auto whole = test::read(folder / "w.npz");
    for (std::size_t length = 0; length < whole.size(); ++length) {
        test::write(folder / "cut.npz", std::span(whole).first(length));
        const std::string message = test::message_of<FormatError>([&] { (void)read_npz(folder / "cut.npz", "w"); });
        BOOST_TEST(test::contains(message, "cut.npz: "), message << " at " << length);
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto changed = whole;
        changed[at] ^= 0x41;
        test::write(folder / "changed.npz", changed);
        try {
            (void)read_npz(folder / "changed.npz", "w");
        } catch (const FormatError&) {
        }
    }
}

BOOST_AUTO_TEST_CASE(the_only_array_is_read_whatever_its_name) {
    const test::TemporaryFolder folder;
    const std::vector<float> values{1, 2, 3, 4, 5, 6};
    for (const char* name : {"dlatents", "arr_0", "ws"}) {
        write_npz(folder / "x.npz", name, {2, 3}, values);
        BOOST_TEST((read_npz(folder / "x.npz", "w", OtherArray::the_only_one).values == values), name);
        BOOST_TEST((read_npy_or_npz(folder / "x.npz", "w").values == values), name);
        BOOST_CHECK_THROW((void)read_npz(folder / "x.npz", "w"), FormatError);
    }
    std::filesystem::rename(folder / "x.npz", folder / "x.npy");  // the content tells
    BOOST_TEST((read_npy_or_npz(folder / "x.npy", "w").values == values));
    write_npy(folder / "y.npz", {2, 3}, values.data());
    BOOST_TEST((read_npy_or_npz(folder / "y.npz", "w").values == values));

    std::string content = npy_head({2, 3});
    content.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    ZipWriter file(folder / "two.npz");
    file.add("a.npy", content);
    file.add("b.npy", content);
    file.commit();
    const std::string message = test::message_of<FormatError>([&] { (void)read_npy_or_npz(folder / "two.npz", "w"); });
    BOOST_TEST(message.ends_with("two.npz: has no array w, but a.npy, b.npy; expected an array w, or one array alone"),
               message);
}

BOOST_AUTO_TEST_SUITE_END()
