// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/channels/bias.hpp>

#include "ops/maps.hpp"

#include <boost/test/unit_test.hpp>

#include <tuple>

BOOST_AUTO_TEST_SUITE(bias)

namespace ops = stylegan::ops;
using namespace maps;
using Scalars = std::tuple<float, double>;

BOOST_AUTO_TEST_CASE_TEMPLATE(adds_one_value_to_each_channel, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    for (const Shape& shape : odd_shapes) {
        auto x = random_maps<S>(shape, 1);
        const auto b = random_vector<S>(shape[1], 2);
        auto y = unwritten<S>(shape);
        ops::add_bias(c, x.view(), b, S(0.7), y.view());
        Values expected;
        const Index pixels = shape[2] * shape[3];
        for (Index i = 0; i < x.size(); ++i)
            expected.push_back(double(x.data()[i]) +
                               double(S(0.7)) * double(b[static_cast<std::size_t>(i / pixels % shape[1])]));
        BOOST_TEST(finite_difference::error_of(values(y), expected) < tolerance<S>);
        ops::add_bias(c, x.view(), b, S(0.7), x.view());
        BOOST_TEST(same_bits(values(x), values(y)), "in place");
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gradient_is_added, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    for (const Shape& shape : odd_shapes) {
        const auto dy = random_maps<S>(shape, 3);
        auto db = random_vector<S>(shape[1], 4);
        Values expected = values(db);
        const Index pixels = shape[2] * shape[3];
        for (Index i = 0; i < dy.size(); ++i)
            expected[static_cast<std::size_t>(i / pixels % shape[1])] += double(S(0.7)) * double(dy.data()[i]);
        ops::bias_gradient(c, dy.view(), S(0.7), std::span(db));
        BOOST_TEST(finite_difference::error_of(values(db), expected) < 3 * tolerance<S>);
    }
}

BOOST_AUTO_TEST_CASE(derivative_for_the_bias) {
    Context<Double> c({1, kernels_under_test()});
    const Shape shape{2, 3, 5, 7};
    const auto x = random_maps<double>(shape, 5);
    finite_difference::Differentiable f;
    f.forward = [&](const Values& b) {
        auto y = unwritten<double>(shape);
        ops::add_bias(c, x.view(), b, 0.3, y.view());
        return values(y);
    };
    f.gradient = [&](const Values& b, const Values& dy) {
        Values db(b.size(), 0.0);
        ops::bias_gradient(c, view(dy, shape), 0.3, std::span(db));
        return db;
    };
    finite_difference::check_derivatives(f, 3, 6);
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_threads) {
    for (const Shape& shape : {large_shape, Shape{64, 600, 1, 1}}) {
        const auto x = random_maps<float>(shape, 7);
        const auto b = random_vector<float>(shape[1], 8);
        check_threads([&](Context<Cpu>& c) {
            auto y = unwritten<float>(shape);
            std::vector<float> db(b.size(), 1.f);
            ops::add_bias(c, x.view(), b, 1.f, y.view());
            ops::bias_gradient(c, x.view(), 1.f, std::span(db));
            return finite_difference::joined({values(y), values(db)});
        });
    }
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    Context<Cpu> c({1, kernels_under_test()});
    auto x = random_maps<float>({1, 2, 3, 4}, 9), y = unwritten<float>({1, 2, 4, 3});
    std::vector<float> two(2), three(3);
    BOOST_CHECK_THROW(ops::add_bias(c, x.view(), two, 1.f, y.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::add_bias(c, x.view(), three, 1.f, x.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::bias_gradient(c, x.view(), 1.f, std::span(three)), stylegan::ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
