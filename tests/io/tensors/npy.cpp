// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"

#include <stylegan/io/tensors/npy.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(npy)

using stylegan::FormatError;
using stylegan::read_npy;

namespace {

std::string header_of(const std::string& dictionary, int major = 1) {
    std::string file = "\x93NUMPY";
    file += static_cast<char>(major);
    file += '\0';
    const std::size_t length = dictionary.size() + 1;
    for (int i = 0; i < (major == 1 ? 2 : 4); ++i) file += static_cast<char>((length >> (8 * i)) & 0xFF);
    return file + dictionary + '\n';
}

template <class T>
std::string file_of(const std::string& dictionary, const std::vector<T>& values, int major = 1) {
    std::string file = header_of(dictionary, major);
    file.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
    return file;
}

std::string complaint(const std::string& content) {
    const test::TemporaryFolder folder;
    test::write(folder / "bad.npy", content);
    return test::message_of<FormatError>([&] { (void)read_npy(folder / "bad.npy"); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(round_trip_of_any_rank) {
    const test::TemporaryFolder folder;
    const std::vector<float> x{1, 2, 3, -4.5f, 5, 6, 7, 8, 9, 10, 11, 12};
    for (const auto& shape :
         std::vector<std::vector<stylegan::Index>>{{12}, {3, 4}, {2, 3, 2}, {1, 12, 1, 1}, {2, 2, 3, 1, 1}}) {
        stylegan::write_npy(folder / "a.npy", shape, x.data());
        BOOST_TEST((test::read(folder / "a.npy").size() - 48) % 64 == 0u);
        const auto array = read_npy(folder / "a.npy");
        BOOST_TEST(array.shape == shape, boost::test_tools::per_element());
        BOOST_TEST(array.values == x, boost::test_tools::per_element());
    }
    stylegan::write_npy(folder / "a.npy", {}, x.data());
    BOOST_TEST(read_npy(folder / "a.npy").values.size() == 1u);
    stylegan::write_npy(folder / "a.npy", {0, 5}, x.data());
    BOOST_TEST(read_npy(folder / "a.npy").values.empty());
}

BOOST_AUTO_TEST_CASE(forms_that_others_write) {
    const test::TemporaryFolder folder;
    const std::vector<double> columns{1, 4, 2, 5, 3, 6.5};
    test::write(folder / "a", file_of("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }", columns));
    const std::vector<float> rows{1, 2, 3, 4, 5, 6.5f};
    BOOST_TEST(read_npy(folder / "a").values == rows, boost::test_tools::per_element());
    BOOST_TEST(read_npy<double>(folder / "a").values.at(5) == 6.5);

    test::write(folder / "a", file_of("{\"shape\": (2L,3L), \"fortran_order\": False, \"descr\": \"<f4\"}", rows, 2));
    BOOST_TEST(read_npy(folder / "a").values == rows, boost::test_tools::per_element());

    const std::vector<std::uint8_t> big{0x3F, 0x80, 0, 0, 0xC0, 0, 0, 0};
    test::write(folder / "a", file_of("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", big, 3));
    BOOST_TEST(read_npy(folder / "a").values.at(0) == 1.0f);
    BOOST_TEST(read_npy(folder / "a").values.at(1) == -2.0f);

    std::vector<double> volume(24);  // column-major (2, 3, 4): entry (i, j, k) is 100 i + 10 j + k
    for (std::size_t n = 0; n < 24; ++n) volume[n] = static_cast<double>(100 * (n % 2) + 10 * (n / 2 % 3) + n / 6);
    test::write(folder / "a", file_of("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3, 4), }", volume));
    const auto array = read_npy(folder / "a");
    for (std::size_t n = 0; n < 24; ++n)
        BOOST_TEST(array.values[n] == static_cast<float>(100 * (n / 12) + 10 * (n / 4 % 3) + n % 4));
}

BOOST_AUTO_TEST_CASE(numbers_of_every_real_type) {
    const test::TemporaryFolder folder;
    const auto check = [&]<class T>(const std::string& descr, const std::vector<T>& values) {
        test::write(folder / "a",
                    file_of("{'descr': '" + descr + "', 'fortran_order': False, 'shape': (3,), }", values));
        BOOST_TEST(read_npy<double>(folder / "a").values == (std::vector<double>{1, 0, 100}), descr);
    };
    test::write(folder / "a",
                file_of("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", std::vector<std::uint8_t>{2, 0}));
    BOOST_TEST(read_npy<double>(folder / "a").values == (std::vector<double>{1, 0}));
    check("|u1", std::vector<std::uint8_t>{1, 0, 100});
    check("<i2", std::vector<std::int16_t>{1, 0, 100});
    check(">i2", std::vector<std::uint8_t>{0, 1, 0, 0, 0, 100});
    check("<u4", std::vector<std::uint32_t>{1, 0, 100});
    check("<i8", std::vector<std::int64_t>{1, 0, 100});
    check("<f2", std::vector<std::uint16_t>{0x3C00, 0, 0x5640});
    check("<f8", std::vector<double>{1, 0, 100});
}

BOOST_AUTO_TEST_CASE(cut_off_at_every_byte) {
    const test::TemporaryFolder folder;
    const std::vector<float> x(6);
    stylegan::write_npy(folder / "a.npy", {2, 3}, x.data());
    const auto whole = test::read(folder / "a.npy");
    for (std::size_t length = 0; length < whole.size(); ++length) {
        test::write(folder / "cut.npy", std::span(whole).first(length));
        BOOST_CHECK_THROW((void)read_npy(folder / "cut.npy"), FormatError);
    }
    for (std::size_t at = 0; at < 128; ++at) {
        auto changed = whole;
        changed[at] ^= 0x11;
        test::write(folder / "changed.npy", changed);
        try {
            (void)read_npy(folder / "changed.npy");
        } catch (const FormatError&) {
        }
    }
}

BOOST_AUTO_TEST_CASE(wrong_files_are_explained) {
    const std::vector<float> x(6);
    const auto expect = [](const std::string& content, const std::string& part) {
        const std::string message = complaint(content);
        BOOST_TEST(test::contains(message, "bad.npy: "), message);
        BOOST_TEST(test::contains(message, part), message << " lacks: " << part);
    };
    expect("", "not a NumPy array");
    expect("PK\x03\x04 and so on", "not a NumPy array");
    expect(header_of("{}", 4), "version 4");
    expect(header_of("{}"), "without a readable descr");
    expect(header_of("{'descr': '<f4', 'fortran_order': 1, 'shape': (2,)}"), "without a readable");
    expect(header_of("{'descr': '<f4', 'fortran_order': False, 'shape': (2,3"), "without a readable");
    expect(header_of("{'descr': '<f4', 'fortran_order': False, 'shape': (2;3)}"), "without a readable");
    expect(header_of("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}"), "without a readable");
    expect(header_of("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}"),
           "without a readable");
    expect(header_of("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387905, 4)}"), "too large");
    expect(file_of("{'descr': '<c8', 'fortran_order': False, 'shape': (3,)}", x), "type <c8, expected one such as <f4");
    expect(file_of("{'descr': '|O', 'fortran_order': False, 'shape': (3,)}", x), "type |O, expected one such as <f4");
    std::string ones = "1";
    for (int axis = 0; axis < 40; ++axis) ones += ",1";
    expect(file_of("{'descr': '<f4', 'fortran_order': True, 'shape': (" + ones + ")}", x), "without a readable");
    expect(file_of("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,)}", x), "holds numbers of type");
    expect(file_of("{'descr': '<f4', 'fortran_order': False, 'shape': (5,)}", x), "has 24 bytes of numbers");
    BOOST_CHECK_THROW((void)read_npy("no/such/file.npy"), stylegan::FileError);
}

BOOST_AUTO_TEST_SUITE_END()
