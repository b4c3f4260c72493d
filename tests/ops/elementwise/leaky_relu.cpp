// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/elementwise/leaky_relu.hpp>

#include "ops/maps.hpp"

#include <boost/test/unit_test.hpp>

#include <tuple>

BOOST_AUTO_TEST_SUITE(leaky_relu)

namespace ops = stylegan::ops;
using namespace maps;
using Scalars = std::tuple<float, double>;

BOOST_AUTO_TEST_CASE_TEMPLATE(scales_what_is_negative, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    for (const Shape& shape : odd_shapes)
        for (S slope : {S(0.2), S(0), S(1)}) {
            auto x = random_maps<S>(shape, 1);
            auto y = unwritten<S>(shape);
            ops::leaky_relu(c, x.view(), slope, y.view());
            bool all = true;
            for (Index i = 0; i < x.size(); ++i) all = all && y.data()[i] == std::max(x.data()[i], slope * x.data()[i]);
            BOOST_TEST(all);
            ops::leaky_relu(c, x.view(), slope, x.view());
            BOOST_TEST(same_bits(values(x), values(y)), "in place");
        }
}

BOOST_AUTO_TEST_CASE(not_a_number_stays_one) {
    Context<Cpu> c({1, kernels_under_test()});
    auto x = unwritten<float>({1, 1, 5, 7});
    ops::leaky_relu(c, x.view(), 0.2f, x.view());
    for (Index i = 0; i < x.size(); ++i) BOOST_TEST(std::isnan(x.data()[i]));
}

BOOST_AUTO_TEST_CASE(derivatives) {
    Context<Double> c({1, kernels_under_test()});
    for (const Shape& shape : small_shapes)
        for (double slope : {0.2, 0.0}) {
            const auto forward = [&](const Values& x) {
                Values y(x.size(), NAN);
                ops::leaky_relu(c, view(x, shape), slope, view(y, shape));
                return y;
            };
            const auto masked = [&](const Values& x, const Values& d) {
                const Values y = forward(x);
                Values out(x.size(), NAN);
                ops::leaky_relu_gradient(c, view(y, shape), view(d, shape), slope, view(out, shape));
                Values in_place = d;
                ops::leaky_relu_gradient(c, view(y, shape), view(in_place, shape), slope, view(in_place, shape));
                BOOST_TEST(same_bits(in_place, out));
                return out;
            };
            finite_difference::check_derivatives({forward, masked, masked,
                                                  [&](const Values& x, const Values&, const Values&,
                                                      const Values& dy_dot) { return masked(x, dy_dot); }},
                                                 size_of(shape), 2);
        }
}

BOOST_AUTO_TEST_CASE(the_gradient_at_zero_is_the_slope) {
    Context<Double> c({1, kernels_under_test()});
    Values x{0.0, -0.0}, dy{1, 1}, dx{NAN, NAN};
    ops::leaky_relu_gradient(c, view(x, {1, 1, 1, 2}), view(dy, {1, 1, 1, 2}), 0.2, view(dx, {1, 1, 1, 2}));
    BOOST_TEST(dx[0] == 0.2);
    BOOST_TEST(dx[1] == 0.2);
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_threads) {
    const auto x = random_maps<float>(large_shape, 3), dy = random_maps<float>(large_shape, 4);
    check_threads([&](Context<Cpu>& c) {
        auto y = unwritten<float>(large_shape), dx = unwritten<float>(large_shape);
        ops::leaky_relu(c, x.view(), 0.2f, y.view());
        ops::leaky_relu_gradient(c, y.view(), dy.view(), 0.2f, dx.view());
        return finite_difference::joined({values(y), values(dx)});
    });
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    Context<Cpu> c({1, kernels_under_test()});
    auto x = random_maps<float>({1, 2, 3, 4}, 5), y = unwritten<float>({1, 2, 4, 3});
    BOOST_CHECK_THROW(ops::leaky_relu(c, x.view(), 0.2f, y.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::leaky_relu(c, x.view(), 1.1f, x.view()), stylegan::ValueError);
    BOOST_CHECK_THROW(ops::leaky_relu(c, x.view(), -0.1f, x.view()), stylegan::ValueError);
    BOOST_CHECK_THROW(ops::leaky_relu_gradient(c, x.view(), y.view(), 0.2f, x.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::leaky_relu_gradient(c, x.view(), x.view(), 0.2f, y.view()), stylegan::ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
