// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/style/noise.hpp>

#include "ops/maps.hpp"

#include <boost/test/unit_test.hpp>

#include <tuple>

BOOST_AUTO_TEST_SUITE(noise)

namespace ops = stylegan::ops;
using namespace maps;
using Scalars = std::tuple<float, double>;

BOOST_AUTO_TEST_CASE_TEMPLATE(adds_one_map_to_all_channels, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    for (const Shape& shape : odd_shapes)
        for (bool shared : {false, true}) {
            auto x = random_maps<S>(shape, 1);
            const auto e = random_maps<S>({shared ? 1 : shape[0], 1, shape[2], shape[3]}, 2);
            const auto weight = random_vector<S>(shape[1], 3);
            auto y = unwritten<S>(shape);
            ops::add_noise(c, x.view(), e.view(), weight, S(0.6), y.view());

            auto dweight = random_vector<S>(shape[1], 4);
            Values expected, expected_gradient = values(dweight);
            for (Index n = 0; n < shape[0]; ++n)
                for (Index k = 0; k < shape[1]; ++k)
                    for (Index h = 0; h < shape[2]; ++h)
                        for (Index w = 0; w < shape[3]; ++w) {
                            const double v = double(x.view()(n, k, h, w)),
                                         d = double(e.view()(shared ? 0 : n, 0, h, w));
                            expected.push_back(v + double(S(0.6)) * double(weight[static_cast<std::size_t>(k)]) * d);
                            expected_gradient[static_cast<std::size_t>(k)] += double(S(0.6)) * v * d;
                        }
            BOOST_TEST(finite_difference::error_of(values(y), expected) < tolerance<S>);

            ops::noise_weight_gradient(c, x.view(), e.view(), S(0.6), std::span(dweight));
            BOOST_TEST(finite_difference::error_of(values(dweight), expected_gradient) < 3 * tolerance<S>);

            ops::add_noise(c, x.view(), e.view(), weight, S(0.6), x.view());
            BOOST_TEST(same_bits(values(x), values(y)), "in place");
        }
}

BOOST_AUTO_TEST_CASE(derivative_for_the_weight) {
    Context<Double> c({1, kernels_under_test()});
    const Shape shape{2, 3, 5, 7};
    const auto x = random_maps<double>(shape, 5), e = random_maps<double>({2, 1, 5, 7}, 6);
    finite_difference::Differentiable f;
    f.forward = [&](const Values& weight) {
        auto y = unwritten<double>(shape);
        ops::add_noise(c, x.view(), e.view(), weight, 0.4, y.view());
        return values(y);
    };
    f.gradient = [&](const Values& weight, const Values& dy) {
        Values dweight(weight.size(), 0.0);
        ops::noise_weight_gradient(c, view(dy, shape), e.view(), 0.4, std::span(dweight));
        return dweight;
    };
    finite_difference::check_derivatives(f, 3, 7);
}

BOOST_AUTO_TEST_CASE(derivative_for_the_noise) {
    for (const Index maps : {Index{3}, Index{1}}) {  // a map for each sample, and one for all
        const Shape shape{3, 4, 5, 3}, noise_shape{maps, 1, 5, 3};
        const auto x = random_maps<double>(shape, 5);
        const auto weight = random_vector<double>(4, 6);
        finite_difference::Differentiable f;
        f.forward = [&](const Values& e) {
            Context<Double> c({1, kernels_under_test()});
            auto y = unwritten<double>(shape);
            ops::add_noise(c, x.view(), view(e, noise_shape), weight, 0.4, y.view());
            return values(y);
        };
        f.gradient = [&](const Values& e, const Values& dy) {
            Context<Double> c({1, kernels_under_test()});
            Values de(e.size(), -7.0);
            ops::noise_gradient(c, view(dy, shape), weight, 0.4, stylegan::Maps<double>{de.data(), noise_shape});
            return de;
        };
        finite_difference::check_derivatives(f, maps * 15, 7);
    }
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_threads) {
    const auto x = random_maps<float>(large_shape, 8),
               e = random_maps<float>({2, 1, large_shape[2], large_shape[3]}, 9);
    const auto weight = random_vector<float>(3, 10);
    check_threads([&](Context<Cpu>& c) {
        auto y = unwritten<float>(large_shape);
        std::vector<float> dweight(3, 0.f);
        ops::add_noise(c, x.view(), e.view(), weight, 1.f, y.view());
        ops::noise_weight_gradient(c, x.view(), e.view(), 1.f, std::span(dweight));
        return finite_difference::joined({values(y), values(dweight)});
    });
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    Context<Cpu> c({1, kernels_under_test()});
    auto x = random_maps<float>({3, 2, 3, 4}, 11);
    const auto two = random_maps<float>({2, 1, 3, 4}, 12), coloured = random_maps<float>({3, 2, 3, 4}, 13),
               good = random_maps<float>({3, 1, 3, 4}, 14), turned = random_maps<float>({3, 1, 4, 3}, 15);
    std::vector<float> weight(2), three(3);
    BOOST_CHECK_THROW(ops::add_noise(c, x.view(), two.view(), weight, 1.f, x.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::add_noise(c, x.view(), coloured.view(), weight, 1.f, x.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::add_noise(c, x.view(), turned.view(), weight, 1.f, x.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::add_noise(c, x.view(), good.view(), three, 1.f, x.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::noise_weight_gradient(c, x.view(), good.view(), 1.f, std::span(three)),
                      stylegan::ShapeError);
    auto writable = random_maps<float>({2, 1, 3, 4}, 12);
    BOOST_CHECK_THROW(ops::noise_gradient(c, x.view(), weight, 1.f, writable.view()), stylegan::ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
