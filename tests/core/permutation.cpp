// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/permutation.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

BOOST_AUTO_TEST_SUITE(permutation)

using stylegan::Permutation;

BOOST_AUTO_TEST_CASE(each_value_comes_up_once) {
    for (const std::uint64_t n : {1u, 2u, 3u, 4u, 5u, 16u, 17u, 100u, 255u, 256u, 257u, 798u, 50000u}) {
        const Permutation order(5, 6, n);
        BOOST_TEST(order.size() == n);
        std::vector<bool> seen(n);
        for (std::uint64_t i = 0; i < n; ++i) {
            const std::uint64_t k = order(i);
            BOOST_REQUIRE(k < n);
            BOOST_REQUIRE(!seen[k]);
            seen[k] = true;
        }
    }
}

BOOST_AUTO_TEST_CASE(depends_on_seed_and_epoch) {
    const auto equal = [](const Permutation& a, const Permutation& b) {
        int same = 0;
        for (std::uint64_t i = 0; i < 1000; ++i) same += a(i) == b(i) ? 1 : 0;
        return same;
    };
    BOOST_TEST(equal(Permutation(1, 1, 1000), Permutation(1, 1, 1000)) == 1000);
    BOOST_TEST(equal(Permutation(1, 1, 1000), Permutation(1, 2, 1000)) <
               12);  // one on average, as for two random orders
    BOOST_TEST(equal(Permutation(1, 1, 1000), Permutation(2, 1, 1000)) < 12);
}

// All orders of a small set are equally frequent: chi-square over the n! of them, five standard deviations.
BOOST_AUTO_TEST_CASE(orders_are_equally_frequent) {
    for (const auto& [n, orders] : {std::pair<std::uint64_t, int>{2, 2}, {3, 6}, {4, 24}, {5, 120}}) {
        const int draws = 200 * orders;
        std::map<std::uint64_t, int> counts;
        for (int epoch = 0; epoch < draws; ++epoch) {
            const Permutation order(3, static_cast<std::uint64_t>(epoch), n);
            std::uint64_t code = 0;
            for (std::uint64_t i = 0; i < n; ++i) code = code * n + order(i);
            ++counts[code];
        }
        BOOST_TEST(counts.size() == static_cast<std::size_t>(orders));
        double chi_square = 0;
        for (const auto& [code, count] : counts) chi_square += (count - 200.0) * (count - 200.0) / 200.0;
        BOOST_TEST(chi_square < orders - 1 + 5 * std::sqrt(2.0 * (orders - 1)));
    }
}

// The position of an entry is uniform, and those of two neighbours are independent.
BOOST_AUTO_TEST_CASE(entries_land_everywhere) {
    constexpr int n = 50, epochs = 20000;
    std::vector<int> place(n), distance(n);
    for (std::uint64_t epoch = 0; epoch < epochs; ++epoch) {
        const Permutation order(9, epoch, n);
        ++place[order(7)];
        ++distance[(order(8) + n - order(7)) % n];
    }
    double chi_place = 0, chi_distance = 0;
    for (const int count : place) chi_place += (count - 400.0) * (count - 400.0) / 400.0;
    BOOST_TEST(distance[0] == 0);
    for (std::size_t d = 1; d < n; ++d) {
        const double mean = epochs / 49.0;
        chi_distance += (distance[d] - mean) * (distance[d] - mean) / mean;
    }
    BOOST_TEST(chi_place < 49 + 5 * std::sqrt(2.0 * 49));
    BOOST_TEST(chi_distance < 48 + 5 * std::sqrt(2.0 * 48));
}

BOOST_AUTO_TEST_CASE(out_of_range) {
    BOOST_CHECK_THROW(Permutation(0, 0, 0), stylegan::ValueError);
    BOOST_CHECK_THROW((void)Permutation(0, 0, 10)(10), stylegan::ValueError);
}

BOOST_AUTO_TEST_SUITE_END()
