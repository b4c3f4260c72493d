// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/style/style_epilogue.hpp>

#include "ops/maps.hpp"

#include <boost/test/unit_test.hpp>

#include <tuple>

BOOST_AUTO_TEST_SUITE(style_epilogue)

namespace ops = stylegan::ops;
using namespace maps;
using Scalars = std::tuple<float, double>;

BOOST_AUTO_TEST_CASE_TEMPLATE(is_its_three_parts, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    auto shapes = odd_shapes;
    shapes.push_back(large_shape);
    for (const Shape& shape : shapes)
        for (const Index noises : {Index{0}, Index{1}, shape[0]}) {
            const auto x = random_maps<S>(shape, 1),
                       e = random_maps<S>({std::max<Index>(noises, 1), 1, shape[2], shape[3]}, 2);
            const auto weight = random_vector<S>(shape[1], 3), bias = random_vector<S>(shape[1], 4);
            const auto style = random_rows<S>(shape[0], 2 * shape[1], 5);
            const auto noise = noises == 0 ? stylegan::Maps<const S>{} : e.view();

            auto expected = unwritten<double>(shape);  // in double, part by part
            {
                Context<Double> d({1, kernels_under_test()});
                const auto dx = random_maps<double>(shape, 1), de = random_maps<double>(e.shape(), 2);
                auto exact = [](const auto& from, auto to) {
                    for (Index i = 0; i < from.size(); ++i) to.data()[i] = static_cast<double>(from.data()[i]);
                    return to;
                };
                const auto rx = exact(x, dx), re = exact(e, de);
                const std::vector<double> w(weight.begin(), weight.end()), b(bias.begin(), bias.end());
                const auto rstyle = exact(style, random_rows<double>(shape[0], 2 * shape[1], 5));
                auto inverse = unwritten_rows<double>(shape[0], shape[1]);
                ops::bias_activation(d, rx.view(), noises == 0 ? stylegan::Maps<const double>{} : re.view(), w, 0.6, b,
                                     1.0, 0.2, expected.view());
                ops::instance_norm(d, expected.view(), 0.1, expected.view(), inverse.view());
                ops::style_modulation(d, expected.view(), rstyle.view(), expected.view());
            }
            auto y = unwritten<S>(shape);
            ops::style_epilogue(c, x.view(), noise, weight, S(0.6), bias, S(0.2), S(0.1), style.view(), y.view());
            BOOST_TEST(finite_difference::error_of(values(y), values(expected)) < 4 * tolerance<S>);

            auto in_place = x;
            ops::style_epilogue(c, in_place.view(), noise, weight, S(0.6), bias, S(0.2), S(0.1), style.view(),
                                in_place.view());
            BOOST_TEST((values(in_place) == values(y)));
        }
}

BOOST_AUTO_TEST_CASE(a_large_mean_does_no_harm) {
    Context<Cpu> c({1, kernels_under_test()});
    auto x = random_maps<float>({1, 1, 64, 64}, 1);
    for (Index i = 0; i < x.size(); ++i) x.data()[i] = 1000 + x.data()[i];
    const std::vector<float> none{0}, bias{0};
    auto style = random_rows<float>(1, 2, 5);
    style.data()[0] = style.data()[1] = 0;
    ops::style_epilogue(c, x.view(), {}, none, 1.f, bias, 0.2f, 1e-8f, style.view(), x.view());
    double sum = 0, squares = 0;
    for (Index i = 0; i < x.size(); ++i) {
        sum += static_cast<double>(x.data()[i]);
        squares += static_cast<double>(x.data()[i]) * static_cast<double>(x.data()[i]);
    }
    BOOST_TEST(std::abs(sum / 4096) < 1e-4);
    BOOST_TEST(std::abs(squares / 4096 - 1) < 1e-3);
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_threads) {
    const auto x = random_maps<float>(large_shape, 8),
               e = random_maps<float>({2, 1, large_shape[2], large_shape[3]}, 9);
    const auto weight = random_vector<float>(3, 10), bias = random_vector<float>(3, 11);
    const auto style = random_rows<float>(2, 6, 12);
    check_threads([&](Context<Cpu>& c) {
        auto y = unwritten<float>(large_shape);
        ops::style_epilogue(c, x.view(), e.view(), weight, 1.f, bias, 0.2f, 1e-8f, style.view(), y.view());
        return values(y);
    });
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    Context<Cpu> c({1, kernels_under_test()});
    auto x = random_maps<float>({3, 2, 3, 4}, 11);
    const auto noise = random_maps<float>({2, 1, 3, 4}, 12);
    const std::vector<float> two(2), three(3);
    const auto style = random_rows<float>(3, 4, 1), narrow = random_rows<float>(3, 2, 1);
    const auto run = [&](stylegan::Maps<const float> e, const auto& weight, const auto& bias, const auto& s,
                         float slope) {
        ops::style_epilogue(c, x.view(), e, weight, 1.f, bias, slope, 1e-8f, s.view(), x.view());
    };
    BOOST_CHECK_THROW(run(noise.view(), two, two, style, 0.2f), stylegan::ShapeError);
    BOOST_CHECK_THROW(run({}, two, three, style, 0.2f), stylegan::ShapeError);
    BOOST_CHECK_THROW(run({}, two, two, narrow, 0.2f), stylegan::ShapeError);
    BOOST_CHECK_THROW(run({}, two, two, style, 2.0f), stylegan::ValueError);
    run({}, two, two, style, 0.2f);
}

BOOST_AUTO_TEST_SUITE_END()
