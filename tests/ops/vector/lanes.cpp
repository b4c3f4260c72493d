// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/vector/lanes.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>
#include <tuple>

BOOST_AUTO_TEST_SUITE(lanes)

namespace ops = stylegan::ops;
using Scalars = std::tuple<float, double>;

BOOST_AUTO_TEST_CASE_TEMPLATE(load_root_and_store_work_on_each_value, S, Scalars) {
    constexpr int width = ops::vector_width<S>;
    std::array<S, width + 1> in{}, out{};
    for (int i = 0; i <= width; ++i) in[static_cast<std::size_t>(i)] = static_cast<S>(i) / 3;
    ops::store(out.data() + 1, ops::root(ops::load<ops::Lanes<S>>(in.data() + 1)));  // not aligned, on purpose
    BOOST_TEST(out[0] == S(0));
    for (std::size_t i = 1; i <= width; ++i) BOOST_TEST(out[i] == std::sqrt(in[i]));
    BOOST_TEST(ops::root(S(2)) == std::sqrt(S(2)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(narrow_vectors_have_roots_too, S, Scalars) {
    const std::array<S, 2> in{S(9), S(2)};
    std::array<S, 2> out{};
    ops::store(out.data(), ops::root(ops::load<ops::Lanes<S, 2>>(in.data())));
    BOOST_TEST(out[0] == S(3));
    BOOST_TEST(out[1] == std::sqrt(S(2)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(sum_of_lanes_counts_each_value_once, S, Scalars) {
    constexpr int width = ops::vector_width<S>;
    std::array<S, width> in{};
    S power = 1, expected = 0;
    for (S& x : in) {
        x = power;
        expected += power;
        power *= 2;
    }
    const auto v = ops::load<ops::Lanes<S>>(in.data());
    BOOST_TEST((ops::sum_of_lanes<S, width>(v)) == expected);
}

BOOST_AUTO_TEST_SUITE_END()
