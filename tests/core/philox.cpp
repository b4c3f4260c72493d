// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/philox.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdint>
#include <set>
#include <tuple>
#include <vector>

BOOST_AUTO_TEST_SUITE(philox)

using stylegan::Purpose;
using stylegan::RandomStream;

namespace {

void check_block(stylegan::PhiloxBlock counter, std::uint64_t key, stylegan::PhiloxBlock expected) {
    const stylegan::PhiloxBlock found = stylegan::philox4x32(counter, key);
    for (int i = 0; i < 4; ++i) BOOST_TEST(found.word[i] == expected.word[i]);
}

}  // namespace

// Known answers of Random123, the authors' library: `philox4x32 10` in its file kat_vectors.
BOOST_AUTO_TEST_CASE(known_answers) {
    check_block({{0, 0, 0, 0}}, 0, {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}});
    check_block({{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}}, 0xffffffffffffffff,
                {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}});
    check_block({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0x299f31d0a4093822,
                {{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}});
}

// Every reproducible result depends on the layout of the address.
BOOST_AUTO_TEST_CASE(address_layout) {
    const auto expect = [](std::uint64_t seed, std::uint64_t step, std::uint32_t sub, std::uint64_t index,
                           stylegan::PhiloxBlock counter, std::uint64_t key) {
        const stylegan::PhiloxBlock x = stylegan::philox4x32(counter, key);
        const std::uint64_t low = (std::uint64_t{x.word[1]} << 32) | x.word[0];
        const std::uint64_t high = (std::uint64_t{x.word[3]} << 32) | x.word[2];
        BOOST_TEST(RandomStream(seed, step, Purpose::noise, sub).bits(index) == (index % 2 == 0 ? low : high));
    };
    expect(5, 7, 9, 10, {{5, 0, 7, 0x06000009}}, 5);
    expect(5, 7, 9, 11, {{5, 0, 7, 0x06000009}}, 5);
    expect(0, 0x123456789abcdef0, 0, 0x1fedcba987654321, {{0xc3b2a190, 0x5678e5d4, 0x9abcdef0, 0x06000000}},
           0x12340ff600000000);
}

BOOST_AUTO_TEST_CASE(distinct_addresses_give_distinct_numbers) {
    std::set<std::uint64_t> seen;
    std::size_t count = 0;
    const std::uint64_t big[] = {0,          1,          2,          3,          1ull << 31, 1ull << 32,
                                 1ull << 47, 1ull << 48, 1ull << 49, 1ull << 63, ~0ull};
    for (const std::uint64_t seed : {0ull, 1ull, 1ull << 31})
        for (const std::uint64_t step : big)
            for (const std::uint64_t index : big)
                for (const Purpose purpose : {Purpose::noise, Purpose::latents})
                    for (const std::uint32_t sub : {0u, 1u, 0xffffffu}) {
                        seen.insert(RandomStream(seed, step, purpose, sub).bits(index));
                        ++count;
                    }
    BOOST_TEST(seen.size() == count);  // probability of a repetition by chance: 1e-12
}

BOOST_AUTO_TEST_CASE(sub_out_of_range) {
    BOOST_CHECK_THROW(RandomStream(0, 0, Purpose::test, RandomStream::sub_limit), stylegan::ValueError);
    BOOST_CHECK_NO_THROW(RandomStream(0, 0, Purpose::test, RandomStream::sub_limit - 1));
}

BOOST_AUTO_TEST_CASE(a_range_equals_its_elements) {
    const RandomStream stream(3, 4, Purpose::test);
    for (const std::uint64_t first : {0u, 1u, 6u, 7u})
        for (const std::size_t count : {0u, 1u, 2u, 3u, 8u, 9u}) {
            std::vector<float> x(count);
            std::vector<double> y(count);
            stream.fill_normal(x.data(), count, first);
            stream.fill_normal(y.data(), count, first);
            for (std::size_t i = 0; i < count; ++i) {
                BOOST_TEST(x[i] == stream.normal(first + i));
                BOOST_TEST(y[i] == static_cast<double>(x[i]));
            }
        }
}

BOOST_AUTO_TEST_CASE(uniform_statistics) {
    const RandomStream stream(1, 2, Purpose::test);
    constexpr int n = 200000, cells = 64;
    std::vector<int> histogram(cells);
    double sum = 0, products = 0, before = 0.5;
    for (std::uint64_t i = 0; i < n; ++i) {
        const double u = stream.uniform(i);
        BOOST_REQUIRE((u >= 0.0 && u < 1.0));
        ++histogram[static_cast<std::size_t>(u * cells)];
        sum += u;
        products += (u - 0.5) * (before - 0.5);
        before = u;
    }
    double chi_square = 0;
    for (const int h : histogram) chi_square += (h - n / double{cells}) * (h - n / double{cells}) / (n / double{cells});
    BOOST_TEST(std::abs(sum / n - 0.5) < 5 * std::sqrt(1.0 / 12 / n));
    BOOST_TEST(std::abs(products / n) < 5.0 / 12 / std::sqrt(double{n}));
    BOOST_TEST(chi_square < 63 + 5 * std::sqrt(2.0 * 63));
}

BOOST_AUTO_TEST_CASE(normal_statistics) {
    constexpr std::size_t n = 400000;
    std::vector<double> x(n);
    RandomStream(7, 0, Purpose::test).fill_normal(x.data(), n);
    double m1 = 0, m2 = 0, m3 = 0, m4 = 0, pairs = 0;
    std::size_t within = 0, beyond3 = 0;
    for (std::size_t i = 0; i < n; ++i) {
        m1 += x[i];
        m2 += x[i] * x[i];
        m3 += x[i] * x[i] * x[i];
        m4 += x[i] * x[i] * x[i] * x[i];
        pairs += x[i] * x[i ^ 1];
        within += std::abs(x[i]) < 0.67448975 ? 1u : 0u;
        beyond3 += std::abs(x[i]) > 3 ? 1u : 0u;
    }
    const double root = std::sqrt(double{n});
    BOOST_TEST(std::abs(m1 / n) < 5 / root);
    BOOST_TEST(std::abs(m2 / n - 1) < 5 * std::sqrt(2.0) / root);
    BOOST_TEST(std::abs(m3 / n) < 5 * std::sqrt(15.0) / root);
    BOOST_TEST(std::abs(m4 / n - 3) < 5 * std::sqrt(96.0) / root);
    BOOST_TEST(std::abs(pairs / n) < 5 * std::sqrt(2.0) / root);
    BOOST_TEST(std::abs(double(within) / n - 0.5) < 5 * 0.5 / root);
    BOOST_TEST(std::abs(double(beyond3) / n - 0.0026998) < 5 * std::sqrt(0.0026998) / root);
}

BOOST_AUTO_TEST_CASE(below_covers_its_range_evenly) {
    const RandomStream stream(11, 0, Purpose::test);
    for (const std::uint64_t n : {1ull, 2ull, 7ull, 18ull}) {
        constexpr int draws = 40000;
        std::vector<int> histogram(n);
        for (std::uint64_t i = 0; i < draws; ++i) {
            const std::uint64_t k = stream.below(i, n);
            BOOST_REQUIRE(k < n);
            ++histogram[k];
        }
        const double mean = draws / static_cast<double>(n);
        for (const int h : histogram) BOOST_TEST(std::abs(h - mean) <= 5 * std::sqrt(mean));
    }
    // Against the definition floor(bits * n / 2^64), in a wider type.
    for (const std::uint64_t n : {3ull, 0xffffffffull, 0x123456789abcdefull, ~0ull})
        for (std::uint64_t i = 0; i < 100; ++i) {
            __extension__ using Wide = unsigned __int128;
            const auto expected = static_cast<std::uint64_t>((static_cast<Wide>(stream.bits(i)) * n) >> 64);
            BOOST_TEST(stream.below(i, n) == expected);
        }
}

BOOST_AUTO_TEST_SUITE_END()
