// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/feature_distance.hpp>

#include "maps.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <tuple>

BOOST_AUTO_TEST_SUITE(feature_distance)

namespace ops = stylegan::ops;
using namespace maps;
using Scalars = std::tuple<float, double>;

namespace {

/// The definition, pixel by pixel.
template <class S>
Values expected_distances(const MapsOf<S>& a, const MapsOf<S>& b, const std::vector<S>& weight) {
    Values all;
    const auto [batch, channels, height, width] = a.shape();
    for (Index n = 0; n < batch; ++n) {
        double sum = 0;
        for (Index h = 0; h < height; ++h)
            for (Index w = 0; w < width; ++w) {
                double la = 0, lb = 0;
                for (Index k = 0; k < channels; ++k) {
                    la += std::pow(double(a.view()(n, k, h, w)), 2);
                    lb += std::pow(double(b.view()(n, k, h, w)), 2);
                }
                for (Index k = 0; k < channels; ++k)
                    sum += double(weight[static_cast<std::size_t>(k)]) *
                           std::pow(double(a.view()(n, k, h, w)) / (std::sqrt(la) + 1e-10) -
                                        double(b.view()(n, k, h, w)) / (std::sqrt(lb) + 1e-10),
                                    2);
            }
        all.push_back(sum / double(height * width));
    }
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(is_the_formula, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    for (const Shape& shape : odd_shapes) {
        auto a = random_maps<S>(shape, 1);
        const auto b = random_maps<S>(shape, 2);
        const auto weight = random_vector<S>(shape[1], 3);
        for (Index k = 0; k < shape[1]; ++k) a.view()(0, k, 0, 0) = 0;  // a pixel without any feature
        const auto found = ops::feature_distance(c, a.view(), b.view(), weight);
        BOOST_TEST(finite_difference::error_of(Values(found.begin(), found.end()), expected_distances(a, b, weight)) <
                   1e-12);
        for (double d : ops::feature_distance(c, a.view(), a.view(), weight)) BOOST_TEST(d == 0);
    }
}

BOOST_AUTO_TEST_CASE(derivatives) {
    Context<Double> c({1, kernels_under_test()});
    for (const Shape& shape : {Shape{1, 1, 1, 1}, Shape{2, 3, 2, 5}, Shape{1, 4, 13, 11}}) {
        const Values b = finite_difference::normal_values(size_of(shape), 1);
        const auto weight = random_vector<double>(shape[1], 2);
        const auto forward = [&](const Values& a) {
            const auto d = ops::feature_distance(c, view(a, shape), view(b, shape), weight);
            return Values(d.begin(), d.end());
        };
        const auto gradient = [&](const Values& a, const Values& dd) {
            Values da(a.size(), NAN);
            ops::feature_distance_gradient(c, view(a, shape), view(b, shape), weight,
                                           std::vector<double>(dd.begin(), dd.end()), view(da, shape));
            return da;
        };
        finite_difference::check_derivatives({forward, gradient, {}, {}}, size_of(shape), 4);
    }
}

BOOST_AUTO_TEST_CASE(nothing_comes_from_a_pixel_that_is_off) {
    Context<Double> c({1, kernels_under_test()});
    const Values a{0, 1, 0, 1}, b{1, 1, 1, 2};  // two channels of two pixels; the first pixel of a is 0
    const std::vector<double> weight{1, 1}, dd{1};
    Values da(4, NAN);
    ops::feature_distance_gradient(c, view(a, {1, 2, 1, 2}), view(b, {1, 2, 1, 2}), weight, dd, view(da, {1, 2, 1, 2}));
    BOOST_TEST(da[0] == 0);
    BOOST_TEST(da[2] == 0);
    BOOST_TEST(da[1] != 0);
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_threads) {
    const auto a = random_maps<float>(large_shape, 3), b = random_maps<float>(large_shape, 4);
    const auto weight = random_vector<float>(large_shape[1], 5);
    const std::vector<double> dd{1, 2};
    check_threads([&](Context<Cpu>& c) {
        auto da = unwritten<float>(large_shape);
        ops::feature_distance_gradient(c, a.view(), b.view(), weight, dd, da.view());
        const auto d = ops::feature_distance(c, a.view(), b.view(), weight);
        return finite_difference::joined({values(d), values(da)});
    });
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    Context<Cpu> c({1, kernels_under_test()});
    auto a = random_maps<float>({1, 2, 3, 4}, 5), b = unwritten<float>({1, 2, 4, 3});
    const std::vector<float> two(2), three(3);
    const std::vector<double> one(1), none;
    BOOST_CHECK_THROW((void)ops::feature_distance(c, a.view(), b.view(), two), stylegan::ShapeError);
    BOOST_CHECK_THROW((void)ops::feature_distance(c, a.view(), a.view(), three), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::feature_distance_gradient(c, a.view(), a.view(), two, none, a.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::feature_distance_gradient(c, a.view(), a.view(), two, one, b.view()), stylegan::ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
