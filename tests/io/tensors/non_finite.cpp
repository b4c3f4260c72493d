// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"

#include <stylegan/io/tensors/non_finite.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cmath>
#include <limits>
#include <vector>

BOOST_AUTO_TEST_SUITE(non_finite)

using namespace stylegan;

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();

BOOST_AUTO_TEST_CASE(are_counted_and_the_first_is_named) {
    NamedTensors tensors("x.pth");
    tensors.add("Gs/a", StoredArray::owning({1, 2, 3}, {3}));
    tensors.add("Gs/b", StoredArray::owning({1, nan_value, 3, -infinity, 5, 6}, {2, 3}));
    tensors.add("Gs/c", StoredArray::owning({infinity, 1}, {2}).permuted({0}));
    tensors.add("D/a", StoredArray::constant({4}, nan_value));
    const NonFinite gs = non_finite_numbers(tensors, "Gs/"), all = non_finite_numbers(tensors);
    BOOST_TEST(gs.found());
    BOOST_TEST(gs.words() ==
               "has 3 numbers that are not finite (NaN or infinite) in 2 tensors, the first \"Gs/b\" (2 of 6)");
    BOOST_TEST(all.numbers == 7u);
    BOOST_TEST(all.tensors == 3u);
    BOOST_TEST(!non_finite_numbers(tensors, "G/").found());
    const std::string message = test::message_of<FormatError>([&] { require_finite(tensors, "D/"); });
    BOOST_TEST(
        message.starts_with("x.pth: has 4 numbers that are not finite (NaN or infinite) in 1 tensor, \"D/a\" (4 of 4)"),
        message);
    require_finite(tensors, "Gs/a");
}

BOOST_AUTO_TEST_CASE(every_order_type_and_place_is_looked_at) {
    for (std::size_t bad = 0; bad < 12; ++bad) {
        std::vector<float> values(12, 0.5f);
        values[bad] = bad % 2 == 0 ? nan_value : infinity;
        NamedTensors tensors("x");
        tensors.add("rows", StoredArray::owning(values, {3, 4}));
        tensors.add("columns", StoredArray::owning(values, {3, 4}).permuted({1, 0}));
        StoredArray part = StoredArray::owning(values, {2, 3});  // of a larger storage
        part.strides = {4, 1};
        tensors.add("part", part);
        const bool in_part = bad < 8 && bad % 4 < 3;
        BOOST_TEST(non_finite_numbers(tensors).numbers == (in_part ? 3u : 2u), bad);
    }
    const std::vector<double> doubles{1, 1e300, std::nan("")};  // 1e300 is none of single precision
    StoredArray a = StoredArray::owning({0}, {3});
    a.type = ElementType::f64;
    a.bytes = StoredBytes({reinterpret_cast<const std::uint8_t*>(doubles.data()), 24});
    NamedTensors tensors("x");
    tensors.add("doubles", a);
    BOOST_TEST(non_finite_numbers(tensors).numbers == 2u);
    // the largest and smallest finite numbers are finite
    BOOST_TEST(detail::count_non_finite(std::vector<float>{3.4028235e38f, -3.4028235e38f, 1e-45f, 0}.data(), 4) == 0u);
}

BOOST_AUTO_TEST_CASE(a_network_for_1024x1024_takes_milliseconds) {
    const std::size_t numbers = 26'200'000;
    NamedTensors tensors("x");
    tensors.add("w", StoredArray::owning(std::vector<float>(numbers, 0.5f), {static_cast<Index>(numbers)}));
    const auto start = std::chrono::steady_clock::now();
    BOOST_TEST(!non_finite_numbers(tensors).found());
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    BOOST_TEST_MESSAGE("26.2 million numbers in " << 1000 * seconds << " ms");
    BOOST_TEST(seconds < 2);  // ten milliseconds, but for a machine under load and a build without optimization
}

BOOST_AUTO_TEST_SUITE_END()
