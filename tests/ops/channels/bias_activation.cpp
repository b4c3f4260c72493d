// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/channels/bias_activation.hpp>

#include "ops/maps.hpp"

#include <boost/test/unit_test.hpp>

#include <tuple>

BOOST_AUTO_TEST_SUITE(bias_activation)

namespace ops = stylegan::ops;
using namespace maps;
using Scalars = std::tuple<float, double>;

namespace {

/// The arguments of one call; noise for each sample, shared, or none.
template <class S>
struct Case {
    Shape shape;
    MapsOf<S> x, noise;
    std::vector<S> weight, bias;

    Case(const Shape& s, int noise_maps, unsigned seed)
        : shape(s),
          x(random_maps<S>(s, seed)),
          weight(random_vector<S>(s[1], seed + 1)),
          bias(random_vector<S>(s[1], seed + 2)) {
        if (noise_maps > 0) noise = random_maps<S>({noise_maps == 1 ? 1 : s[0], 1, s[2], s[3]}, seed + 3);
    }

    /// The expected result of bias_activation, by the three ops that it merges.
    MapsOf<S> in_three_passes(Context<BasicCpu<S>>& c) const {
        auto y = x;
        if (noise.size() > 0) ops::add_noise(c, y.view(), noise.view(), weight, S(0.6), y.view());
        ops::add_bias(c, y.view(), bias, S(0.8), y.view());
        ops::leaky_relu(c, y.view(), S(0.2), y.view());
        return y;
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(is_noise_then_bias_then_leaky_relu, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    for (const Shape& shape : odd_shapes)
        for (int noise_maps : {0, 1, 2}) {
            Case<S> k(shape, noise_maps, 1);
            auto y = unwritten<S>(shape);
            ops::bias_activation(c, k.x.view(), k.noise.view(), k.weight, S(0.6), k.bias, S(0.8), S(0.2), y.view());
            BOOST_TEST(finite_difference::error_of(values(y), values(k.in_three_passes(c))) < tolerance<S>);
            ops::bias_activation(c, k.x.view(), k.noise.view(), k.weight, S(0.6), k.bias, S(0.8), S(0.2), k.x.view());
            BOOST_TEST(same_bits(values(k.x), values(y)), "in place");
        }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gradient_is_that_of_the_three_ops, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    for (const Shape& shape : odd_shapes)
        for (int noise_maps : {0, 1, 2})
            for (bool with_bias : {false, true})
                for (bool with_weight : {false, true}) {
                    const Case<S> k(shape, noise_maps, 2);
                    const auto y = k.in_three_passes(c);
                    auto dy = random_maps<S>(shape, 6), expected = unwritten<S>(shape), dx = unwritten<S>(shape);
                    const auto start = random_vector<S>(shape[1], 7);
                    auto dweight = start, dbias = start, expected_dweight = start, expected_dbias = start;
                    ops::leaky_relu_gradient(c, y.view(), dy.view(), S(0.2), expected.view());
                    ops::bias_gradient(c, expected.view(), S(0.8), std::span(expected_dbias));
                    if (noise_maps > 0)
                        ops::noise_weight_gradient(c, expected.view(), k.noise.view(), S(0.6),
                                                   std::span(expected_dweight));

                    ops::bias_activation_gradient(c, y.view(), dy.view(), S(0.2), k.noise.view(), S(0.6), S(0.8),
                                                  dx.view(), with_weight ? std::span(dweight) : std::span<S>(),
                                                  with_bias ? std::span(dbias) : std::span<S>());
                    const double close = 5 * tolerance<S>;
                    BOOST_TEST(same_bits(values(dx), values(expected)));
                    BOOST_TEST(finite_difference::error_of(values(dbias), values(with_bias ? expected_dbias : start)) <
                               close);
                    BOOST_TEST(finite_difference::error_of(values(dweight),
                                                           values(with_weight ? expected_dweight : start)) < close);

                    ops::bias_activation_gradient(c, y.view(), dy.view(), S(0.2), k.noise.view(), S(0.6), S(0.8),
                                                  dy.view(), with_weight ? std::span(dweight) : std::span<S>(),
                                                  with_bias ? std::span(dbias) : std::span<S>());
                    BOOST_TEST(same_bits(values(dy), values(expected)), "in place");
                }
}

BOOST_AUTO_TEST_CASE(derivatives) {
    Context<Double> c({1, kernels_under_test()});
    for (const Shape& shape : small_shapes) {
        const Index size = size_of(shape), channels = shape[1];
        const auto noise = random_maps<double>({shape[0], 1, shape[2], shape[3]}, 8);
        const auto forward = [&](const Values& all) {  // x, noise weight, bias
            Values y(static_cast<std::size_t>(size), NAN);
            const std::span<const double> of(all);
            ops::bias_activation(c, view(all, shape), noise.view(),
                                 of.subspan(static_cast<std::size_t>(size), static_cast<std::size_t>(channels)), 0.6,
                                 of.last(static_cast<std::size_t>(channels)), 0.8, 0.2, view(y, shape));
            return y;
        };
        const auto gradient = [&](const Values& all, const Values& dy) {
            const Values y = forward(all);
            Values dx(dy.size(), NAN), dweight(static_cast<std::size_t>(channels), 0.0), dbias(dweight);
            ops::bias_activation_gradient(c, view(y, shape), view(dy, shape), 0.2, noise.view(), 0.6, 0.8,
                                          view(dx, shape), std::span(dweight), std::span(dbias));
            return finite_difference::joined({dx, dweight, dbias});
        };
        finite_difference::check_derivatives({forward, gradient, nullptr,
                                              [&](const Values& all, const Values&, const Values&,
                                                  const Values& dy_dot) { return gradient(all, dy_dot); }},
                                             size + 2 * channels, 9);
    }
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_threads) {
    for (const Shape& shape : {large_shape, Shape{64, 600, 1, 1}})
        for (int noise_maps : {0, 2}) {
            const Case<float> k(shape, noise_maps, 10);
            const auto dy = random_maps<float>(shape, 11);
            check_threads([&](Context<Cpu>& c) {
                auto y = unwritten<float>(shape), dx = unwritten<float>(shape);
                std::vector<float> dweight(k.weight.size(), 0.f), dbias(k.bias.size(), 0.f);
                ops::bias_activation(c, k.x.view(), k.noise.view(), k.weight, 1.f, k.bias, 1.f, 0.2f, y.view());
                ops::bias_activation_gradient(c, y.view(), dy.view(), 0.2f, k.noise.view(), 1.f, 1.f, dx.view(),
                                              std::span(dweight), std::span(dbias));
                return finite_difference::joined({values(y), values(dx), values(dweight), values(dbias)});
            });
        }
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    Context<Cpu> c({1, kernels_under_test()});
    Case<float> k({2, 3, 4, 5}, 2, 12);
    auto other = unwritten<float>({2, 3, 5, 4});
    const auto noise = random_maps<float>({2, 1, 5, 4}, 13);
    std::vector<float> four(4);
    const auto run = [&](auto x, auto e, auto weight, auto bias, float slope, auto y) {
        ops::bias_activation(c, x, e, weight, 1.f, bias, 1.f, slope, y);
    };
    const auto x = k.x.view();
    BOOST_CHECK_NO_THROW(run(x, k.noise.view(), k.weight, k.bias, 0.2f, x));
    BOOST_CHECK_THROW(run(x, k.noise.view(), k.weight, k.bias, 0.2f, other.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(run(x, noise.view(), k.weight, k.bias, 0.2f, x), stylegan::ShapeError);
    BOOST_CHECK_THROW(run(x, k.noise.view(), four, k.bias, 0.2f, x), stylegan::ShapeError);
    BOOST_CHECK_THROW(run(x, k.noise.view(), k.weight, four, 0.2f, x), stylegan::ShapeError);
    BOOST_CHECK_THROW(run(x, k.noise.view(), k.weight, k.bias, 2.f, x), stylegan::ValueError);

    const auto back = [&](auto y, auto dy, auto e, auto dx, std::span<float> dweight, std::span<float> dbias) {
        ops::bias_activation_gradient(c, y, dy, 0.2f, e, 1.f, 1.f, dx, dweight, dbias);
    };
    BOOST_CHECK_NO_THROW(back(x, x, k.noise.view(), x, k.weight, k.bias));
    BOOST_CHECK_THROW(back(x, other.view(), k.noise.view(), x, k.weight, k.bias), stylegan::ShapeError);
    BOOST_CHECK_THROW(back(x, x, k.noise.view(), other.view(), k.weight, k.bias), stylegan::ShapeError);
    BOOST_CHECK_THROW(back(x, x, noise.view(), x, k.weight, k.bias), stylegan::ShapeError);
    BOOST_CHECK_THROW(back(x, x, k.noise.view(), x, four, k.bias), stylegan::ShapeError);
    BOOST_CHECK_THROW(back(x, x, k.noise.view(), x, k.weight, four), stylegan::ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
