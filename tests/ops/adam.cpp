// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/adam.hpp>

#include "maps.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>
#include <tuple>
#include <utility>

BOOST_AUTO_TEST_SUITE(adam)

namespace ops = stylegan::ops;
using namespace maps;
using Scalars = std::tuple<float, double>;

BOOST_AUTO_TEST_CASE_TEMPLATE(follows_the_published_formula, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    for (Index n : {0, 1, 5, 16, 33, 20001}) {
        auto value = random_vector<S>(n, 1), m = random_vector<S>(n, 2), v = random_vector<S>(n, 3);
        for (S& x : v) x = std::abs(x);
        Values expected = values(value), expected_m = values(m), expected_v = values(v);
        for (unsigned step = 0; step < 3; ++step) {
            const auto g = random_vector<S>(n, 4 + step);
            for (std::size_t i = 0; i < g.size(); ++i) {
                const double d = double(g[i]);
                expected_m[i] = 0.3 * expected_m[i] + 0.7 * d;
                expected_v[i] = 0.99 * expected_v[i] + 0.01 * d * d;
                expected[i] -= 0.02 * expected_m[i] / (std::sqrt(expected_v[i]) + 1e-8);
            }
            ops::adam_update(c, n, value.data(), g.data(), m.data(), v.data(), S(0.02), S(0.3), S(0.99), S(1e-8));
        }
        BOOST_TEST(finite_difference::error_of(values(value), expected) < 3 * tolerance<S>);
        BOOST_TEST(finite_difference::error_of(values(m), expected_m) < 3 * tolerance<S>);
        BOOST_TEST(finite_difference::error_of(values(v), expected_v) < 3 * tolerance<S>);
    }
}

BOOST_AUTO_TEST_CASE(a_value_without_gradient_stays) {
    Context<Cpu> c({1, kernels_under_test()});
    std::vector<float> value(20, 3.f), zero(20, 0.f), m(20, 0.f), v(20, 0.f);
    ops::adam_update(c, 20, value.data(), zero.data(), m.data(), v.data(), 0.1f, 0.f, 0.99f, 1e-8f);
    for (float x : value) BOOST_TEST(x == 3.f);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(average_moves_towards_the_value, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    const auto value = random_vector<S>(37, 8), start = random_vector<S>(37, 9);
    auto ema = start;
    ops::average_into(c, 37, ema.data(), value.data(), S(0.9));
    for (std::size_t i = 0; i < ema.size(); ++i)
        BOOST_TEST(std::abs(double(ema[i]) - (0.1 * double(value[i]) + 0.9 * double(start[i]))) < 5 * tolerance<S>);
    ops::average_into(c, 37, ema.data(), value.data(), S(0));
    BOOST_TEST(ema == value, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(all_finite_finds_one_bad_value_anywhere, S, Scalars) {
    Context<BasicCpu<S>> c({2, kernels_under_test()});
    const Index n = 40000;
    auto x = random_vector<S>(n, 10);
    x[7] = std::numeric_limits<S>::max();
    x[8] = std::numeric_limits<S>::denorm_min();
    BOOST_TEST(ops::all_finite(c, n, x.data()));
    BOOST_TEST(ops::all_finite(c, 0, x.data()));
    for (std::size_t at : {std::size_t{0}, std::size_t{17}, std::size_t{16384}, static_cast<std::size_t>(n - 1)})
        for (S bad : {std::numeric_limits<S>::infinity(), -std::numeric_limits<S>::infinity(),
                      std::numeric_limits<S>::quiet_NaN()}) {
            const S good = std::exchange(x[at], bad);
            BOOST_TEST(!ops::all_finite(c, n, x.data()));
            x[at] = good;
        }
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_threads) {
    const Index n = 100003;
    const auto g = random_vector<float>(n, 11), start = random_vector<float>(n, 12);
    check_threads([&](Context<Cpu>& c) {
        std::vector<float> value = start, m(start.size(), 0.f), v(start.size(), 0.f), ema = g;
        ops::adam_update(c, n, value.data(), g.data(), m.data(), v.data(), 1e-3f, 0.f, 0.99f, 1e-8f);
        ops::average_into(c, n, ema.data(), value.data(), 0.99f);
        return finite_difference::joined({values(value), values(m), values(v), values(ema)});
    });
}

BOOST_AUTO_TEST_SUITE_END()
