// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/elementwise/lerp.hpp>

#include "ops/maps.hpp"

#include <boost/test/unit_test.hpp>

#include <tuple>

BOOST_AUTO_TEST_SUITE(lerp)

namespace ops = stylegan::ops;
using namespace maps;
using Scalars = std::tuple<float, double>;

BOOST_AUTO_TEST_CASE_TEMPLATE(goes_from_a_to_b, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    for (const Shape& shape : odd_shapes) {
        auto a = random_maps<S>(shape, 1);
        const auto b = random_maps<S>(shape, 2);
        auto y = unwritten<S>(shape);
        ops::lerp(c, a.view(), b.view(), S(0.3), y.view());
        Values expected;
        for (Index i = 0; i < a.size(); ++i)
            expected.push_back(double(a.data()[i]) + double(S(0.3)) * (double(b.data()[i]) - double(a.data()[i])));
        BOOST_TEST(finite_difference::error_of(values(y), expected) < tolerance<S>);

        auto start = unwritten<S>(shape);
        ops::lerp(c, a.view(), b.view(), S(0), start.view());
        BOOST_TEST(same_bits(values(start), values(a)));

        ops::lerp(c, a.view(), b.view(), S(0.3), a.view());
        BOOST_TEST(same_bits(values(a), values(y)), "in place");
    }
}

BOOST_AUTO_TEST_CASE(vectors_too) {
    Context<Cpu> c({1, kernels_under_test()});
    const auto a = random_rows<float>(3, 5, 3), b = random_rows<float>(3, 5, 4);
    auto y = unwritten_rows<float>(3, 5);
    ops::lerp(c, a.view(), b.view(), 0.5f, y.view());
    for (Index i = 0; i < y.size(); ++i) BOOST_TEST(std::abs(y.data()[i] - (a.data()[i] + b.data()[i]) / 2) < 1e-6f);
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_threads) {
    const auto a = random_maps<float>(large_shape, 5), b = random_maps<float>(large_shape, 6);
    check_threads([&](Context<Cpu>& c) {
        auto y = unwritten<float>(large_shape);
        ops::lerp(c, a.view(), b.view(), 0.7f, y.view());
        return values(y);
    });
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    Context<Cpu> c({1, kernels_under_test()});
    auto a = random_maps<float>({1, 2, 3, 4}, 7), b = random_maps<float>({2, 1, 3, 4}, 8);
    BOOST_CHECK_THROW(ops::lerp(c, a.view(), b.view(), 0.5f, a.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::lerp(c, a.view(), a.view(), 0.5f, b.view()), stylegan::ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
