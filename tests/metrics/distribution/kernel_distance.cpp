// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/philox.hpp>
#include <stylegan/metrics/distribution/kernel_distance.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

BOOST_AUTO_TEST_SUITE(kernel_distance)

namespace {

using namespace stylegan;

std::vector<float> normal(Index size, std::uint64_t seed) {
    const RandomStream random(seed, 0, Purpose::test);
    std::vector<float> values;
    for (Index i = 0; i < size; ++i) values.push_back(static_cast<float>(random.normal(static_cast<std::uint64_t>(i))));
    return values;
}

Rows<const float> rows_of(const std::vector<float>& values, Index width) {
    return {values.data(), {static_cast<Index>(values.size()) / width, width}};
}

/// By its definition.
double plain(Rows<const float> x, Rows<const float> y) {
    const auto k = [&](Rows<const float> a, Index i, Rows<const float> b, Index j) {
        double dot = 0;
        for (Index c = 0; c < a.extent(1); ++c) dot += double(a(i, c)) * double(b(j, c));
        return std::pow(dot / static_cast<double>(a.extent(1)) + 1, 3);
    };
    const auto mean = [&](Rows<const float> a, Rows<const float> b, bool same) {
        double sum = 0;
        for (Index i = 0; i < a.extent(0); ++i)
            for (Index j = 0; j < b.extent(0); ++j) sum += same && i == j ? 0 : k(a, i, b, j);
        return sum / static_cast<double>(a.extent(0) * (b.extent(0) - (same ? 1 : 0)));
    };
    return mean(x, x, true) + mean(y, y, true) - 2 * mean(x, y, false);
}

std::vector<Index> all(Index n) {
    std::vector<Index> numbers;
    for (Index i = 0; i < n; ++i) numbers.push_back(i);
    return numbers;
}

}  // namespace

BOOST_AUTO_TEST_CASE(it_is_its_definition) {
    Context<Cpu> context({.threads = 2});
    for (const Index width : {1, 7, 64, 200}) {
        const auto x = normal(23 * width, 1), y = normal(31 * width, 2);
        const double found = stylegan::kernel_distance(context, rows_of(x, width), rows_of(y, width), all(23), all(31));
        const double expected = plain(rows_of(x, width), rows_of(y, width));
        BOOST_TEST(std::abs(found - expected) <= 1e-9 * (1 + std::abs(expected)));
    }
}

BOOST_AUTO_TEST_CASE(equal_distributions_have_a_mean_of_zero) {
    Context<Cpu> context({.threads = 2});
    constexpr Index width = 8, count = 64;
    double sum = 0, squares = 0;
    int negative = 0;
    constexpr int repeats = 200;
    for (int r = 0; r < repeats; ++r) {
        const auto x = normal(count * width, static_cast<std::uint64_t>(2 * r + 10)),
                   y = normal(count * width, static_cast<std::uint64_t>(2 * r + 11));
        const double d =
            stylegan::kernel_distance(context, rows_of(x, width), rows_of(y, width), all(count), all(count));
        sum += d;
        squares += d * d;
        negative += d < 0 ? 1 : 0;
    }
    const double mean = sum / repeats, error = std::sqrt(squares / repeats - mean * mean) / std::sqrt(repeats);
    BOOST_TEST(std::abs(mean) <= 4 * error);
    BOOST_TEST(negative > repeats / 4);
}

BOOST_AUTO_TEST_CASE(the_mean_of_subsets_is_unbiased) {
    Context<Cpu> context({.threads = 2});
    constexpr Index width = 6;
    auto x = normal(300 * width, 3), y = normal(260 * width, 4);
    for (float& v : y) v = 1.3F * v + 0.2F;
    const double whole = stylegan::kernel_distance(context, rows_of(x, width), rows_of(y, width), all(300), all(260));
    const KernelDistanceEstimate e = estimate_kernel_distance(context, rows_of(x, width), rows_of(y, width),
                                                              {.subsets = 200, .most = 40, .seed = 5});
    BOOST_TEST(e.subset == 40);
    BOOST_TEST(e.subsets == 200);
    BOOST_TEST(e.standard_error > 0);
    BOOST_TEST(std::abs(e.mean - whole) <= 4 * e.standard_error);
    BOOST_TEST(e.standard_error < e.deviation);
}

BOOST_AUTO_TEST_CASE(the_standard_error_is_the_deviation_of_repeated_samples) {
    Context<Cpu> context({.threads = 2});
    constexpr Index width = 4, count = 80;
    constexpr int repeats = 120;
    double sum = 0, squares = 0, error = 0;
    for (int r = 0; r < repeats; ++r) {
        const auto seed = static_cast<std::uint64_t>(1000 + 2 * r);
        auto x = normal(count * width, seed), y = normal(count * width, seed + 1);
        for (float& v : y) v = 1.4F * v + 0.3F;
        const KernelDistanceEstimate e = estimate_kernel_distance(context, rows_of(x, width), rows_of(y, width));
        sum += e.mean;
        squares += e.mean * e.mean;
        error += e.standard_error / repeats;
    }
    const double deviation = std::sqrt((squares - sum * sum / repeats) / (repeats - 1));
    BOOST_TEST(error > 0.75 * deviation);  // the deviation of 120 values is known within 6.5 %
    BOOST_TEST(error < 1.25 * deviation);
}

BOOST_AUTO_TEST_CASE(a_seed_chooses_the_subsets_and_threads_do_not_matter) {
    constexpr Index width = 6;
    const auto x = normal(90 * width, 3), y = normal(70 * width, 4);
    const auto estimate = [&](int threads, std::uint64_t seed) {
        Context<Cpu> context({.threads = threads});
        return estimate_kernel_distance(context, rows_of(x, width), rows_of(y, width),
                                        {.subsets = 5, .most = 30, .seed = seed})
            .mean;
    };
    BOOST_TEST(estimate(1, 0) == estimate(3, 0));
    BOOST_TEST(estimate(1, 0) != estimate(1, 1));
}

BOOST_AUTO_TEST_CASE(too_few_pictures_are_an_error) {
    Context<Cpu> context({.threads = 1});
    const auto x = normal(8, 1), y = normal(4, 2);
    BOOST_CHECK_THROW((void)estimate_kernel_distance(context, rows_of(x, 4), rows_of(y, 4)), ValueError);
    BOOST_CHECK_THROW((void)estimate_kernel_distance(context, rows_of(x, 4), rows_of(y, 2)), ShapeError);
    BOOST_CHECK_THROW((void)estimate_kernel_distance(context, rows_of(x, 4), {x.data(), {0, 4}}), ValueError);
}

BOOST_AUTO_TEST_SUITE_END()
