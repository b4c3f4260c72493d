// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/elementwise/elementwise.hpp>

#include "ops/maps.hpp"

#include <boost/test/unit_test.hpp>

#include <numeric>
#include <tuple>

BOOST_AUTO_TEST_SUITE(elementwise)

namespace ops = stylegan::ops;
using namespace maps;
using Scalars = std::tuple<float, double>;

BOOST_AUTO_TEST_CASE_TEMPLATE(map_reaches_every_position_once, S, Scalars) {
    for (Index n = 0; n <= 70; ++n) {
        const std::vector<S> a = random_vector<S>(n, 1), b = random_vector<S>(n, 2);
        std::vector<S> out(static_cast<std::size_t>(n) + 1, S(-7)), in_place = a;
        const auto f = [](auto x, auto y) { return x > S(0) ? x + y : y; };
        ops::map(n, out.data(), f, a.data(), b.data());
        ops::map(n, in_place.data(), f, static_cast<const S*>(in_place.data()), b.data());
        for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
            BOOST_TEST(out[i] == (a[i] > S(0) ? a[i] + b[i] : b[i]));
            BOOST_TEST(in_place[i] == out[i]);
        }
        BOOST_TEST(out.back() == S(-7));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(sums_are_those_of_plain_loops, S, Scalars) {
    for (Index n : {0, 1, 3, 15, 16, 17, 31, 32, 33, 49, 4095, 4096, 4097, 4111, 10000}) {
        const std::vector<S> a = random_vector<S>(n, 3), b = random_vector<S>(n, 4);
        double sum = 0, product = 0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            sum += static_cast<double>(a[i]);
            product += static_cast<double>(a[i]) * static_cast<double>(b[i]);
        }
        const auto s = ops::sums<2>(
            n,
            [](auto* part, auto x, auto y) {
                part[0] += x;
                part[1] += x * y;
            },
            a.data(), b.data());
        const double close = 10 * tolerance<S> * (1 + std::sqrt(static_cast<double>(n)));
        BOOST_TEST(std::abs(s[0] - sum) < close);
        BOOST_TEST(std::abs(s[1] - product) < close);

        std::vector<S> out(a.size());
        const auto mapped = ops::map_and_sum<1>(
            n, out.data(),
            [](auto* part, auto x, auto y) {
                part[0] += x * y;
                return x - y;
            },
            a.data(), b.data());
        BOOST_TEST(std::abs(mapped[0] - product) < close);
        for (std::size_t i = 0; i < a.size(); ++i) BOOST_TEST(out[i] == a[i] - b[i]);
    }
}

BOOST_AUTO_TEST_CASE(a_sum_over_a_large_plane_keeps_single_precision) {
    const Index n = 1024 * 1024;
    std::vector<float> a(static_cast<std::size_t>(n));
    std::mt19937 engine(5);
    std::uniform_real_distribution<float> uniform(0.f, 1.f);
    for (float& x : a) x = uniform(engine);
    const double expected = std::accumulate(a.begin(), a.end(), 0.0);
    const double found = ops::sums<1>(
        n, [](auto* s, auto x) { s[0] += x; }, a.data())[0];
    BOOST_TEST(std::abs(found - expected) < 1e-7 * expected);
}

BOOST_AUTO_TEST_CASE(stretches_cover_every_plane_once) {
    for (int threads : {1, 3}) {
        Context<Cpu> c({threads, kernels_under_test()});
        for (const auto& [planes, pixels] :
             {std::pair<Index, Index>{7, 1}, {3, 40000}, {1, 16384}, {2, 16385}, {0, 5}, {5, 0}, {900, 64}}) {
            std::vector<int> seen(static_cast<std::size_t>(planes * pixels), 0);
            ops::for_each_stretch(c, planes, pixels, [&, pixels = pixels](Index plane, Index first, Index count) {
                for (Index i = first; i < first + count; ++i) ++seen[static_cast<std::size_t>(plane * pixels + i)];
            });
            BOOST_TEST(std::all_of(seen.begin(), seen.end(), [](int times) { return times == 1; }));
        }
    }
}

BOOST_AUTO_TEST_CASE(elementwise_does_not_depend_on_threads) {
    const auto x = random_maps<float>(large_shape, 6);
    check_threads([&](Context<Cpu>& c) {
        auto y = unwritten<float>(large_shape);
        ops::elementwise(
            c, x.size(), y.data(), []<class V>(V v) -> V { return v * v + v; }, x.data());
        return values(y);
    });
}

BOOST_AUTO_TEST_CASE(a_wrong_shape_is_named) {
    const stylegan::Maps<float> a{nullptr, {2, 3, 4, 5}}, b{nullptr, {2, 3, 6, 5}};
    BOOST_CHECK_EXCEPTION(ops::require_same_shape("blur", "y", b, a), stylegan::ShapeError, [](const auto& e) {
        return std::string(e.what()) == "blur: extent 2 of y is 6, expected 4";
    });
    BOOST_CHECK_THROW(ops::require_shape("blur", "y", a, 2, 3, 4, 6), stylegan::ShapeError);
    BOOST_CHECK_NO_THROW(ops::require_shape("blur", "y", a, 2, 3, 4, 5));
}

BOOST_AUTO_TEST_SUITE_END()
