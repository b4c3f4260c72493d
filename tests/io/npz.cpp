// SPDX-License-Identifier: Apache-2.0
#include "temporary_folder.hpp"

#include <stylegan/io/npz.hpp>

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace stylegan;

BOOST_AUTO_TEST_SUITE(npz)

BOOST_AUTO_TEST_CASE(what_was_written_is_read) {
    const test::TemporaryFolder folder;
    const std::vector<float> values{1, 2.5f, -3, 0, 1e-30f, 6};
    write_npz(folder / "w.npz", "w", {1, 2, 3}, values);
    const NpyArray<double> array = read_npz<double>(folder / "w.npz", "w");
    BOOST_TEST(array.shape == (std::vector<Index>{1, 2, 3}), boost::test_tools::per_element());
    for (std::size_t i = 0; i < values.size(); ++i) BOOST_TEST(array.values[i] == static_cast<double>(values[i]));
}

BOOST_AUTO_TEST_CASE(a_missing_array_is_named) {
    const test::TemporaryFolder folder;
    write_npz(folder / "w.npz", "w", {1}, {7});
    const std::string message = test::message_of<FormatError>([&] { (void)read_npz(folder / "w.npz", "z"); });
    BOOST_TEST(message.ends_with("w.npz: has no array z, but w.npy"), message);
}

BOOST_AUTO_TEST_CASE(a_damaged_array_is_named) {
    const test::TemporaryFolder folder;
    ZipWriter file(folder / "w.npz");
    file.add("w.npy", std::string("no numbers at all"));
    file.commit();
    const std::string message = test::message_of<FormatError>([&] { (void)read_npz(folder / "w.npz", "w"); });
    BOOST_TEST(message.ends_with("w.npz: w.npy: is not a NumPy array (.npy)"), message);
}

BOOST_AUTO_TEST_SUITE_END()
