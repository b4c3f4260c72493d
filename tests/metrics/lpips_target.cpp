// SPDX-License-Identifier: Apache-2.0
#include <stylegan/metrics/lpips_target.hpp>

#include "models/networks.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <unsupported/Eigen/CXX11/Tensor>

BOOST_AUTO_TEST_SUITE(lpips_target)

using namespace stylegan;
using namespace model_test;

namespace {

using Double = BasicCpu<double>;

Lpips<Double> small_lpips() { return Lpips<Double>(Vgg16<Double>(2, {.wscale = false}, 5)); }

}  // namespace

BOOST_AUTO_TEST_CASE(is_the_distance_with_its_gradient) {
    auto lpips = small_lpips();
    const auto a = random_array<double, 4>({1, 3, 17, 20}, 1), b = random_array<double, 4>({1, 3, 17, 20}, 2);
    LpipsTarget<Double> target(lpips, b);
    auto gradient = a;
    BOOST_TEST(target(a, gradient) == lpips(a, b)[0], boost::test_tools::tolerance(1e-12));
    const auto expected = lpips.gradient(a, b);
    for (std::size_t i = 0; i < a.size(); ++i) BOOST_TEST(std::abs(gradient.data()[i] - expected.data()[i]) <= 1e-12);
}

BOOST_AUTO_TEST_CASE(writes_the_gradient_into_a_tensor_of_eigen) {
    using Tensor4 = Eigen::Tensor<double, 4, Eigen::RowMajor>;
    auto lpips = small_lpips();
    auto a = random_array<double, 4>({1, 3, 17, 20}, 1), gradient = a;
    const auto b = random_array<double, 4>({1, 3, 17, 20}, 2);
    const Tensor4 x = as<Eigen::TensorMap<Tensor4>>(a);
    Tensor4 dx(1, 3, 17, 20);
    LpipsTarget<Double> target(lpips, view_of(b));
    BOOST_TEST(target(x, dx) == target(a, gradient));
    BOOST_TEST((as_eigen(dx) == as_eigen(gradient)));
    Tensor4 small(1, 3, 17, 19);
    BOOST_CHECK_EXCEPTION((void)target(x, small), ShapeError,
                          says("LpipsTarget: extent of the gradient is 19, expected 20"));
}

BOOST_AUTO_TEST_CASE(grey_counts_for_all_colours_and_alpha_for_nothing) {
    auto lpips = small_lpips();
    const auto grey = random_array<double, 4>({1, 1, 16, 16}, 1), other = random_array<double, 4>({1, 1, 16, 16}, 2);
    const auto colours = [](const auto& x, std::size_t channels) {
        auto y = xt::xtensor<double, 4>::from_shape({1, channels, 16, 16});
        for (std::size_t i = 0; i < y.size(); ++i) y.data()[i] = x.data()[i % x.size()];
        return y;
    };
    auto one = grey, three = colours(grey, 3), four = colours(grey, 4);
    for (std::size_t i = 768; i < 1024; ++i) four.data()[i] = 9;  // another alpha than the target's
    LpipsTarget<Double> to_one(lpips, other), to_three(lpips, colours(other, 3)), to_four(lpips, colours(other, 4));
    auto g1 = one, g3 = three, g4 = four;
    const double distance = to_three(three, g3);
    BOOST_TEST(distance > 0);
    BOOST_TEST(to_one(one, g1) == distance);
    BOOST_TEST(to_four(four, g4) == distance);
    for (std::size_t i = 0; i < 256; ++i) {
        BOOST_TEST(std::abs(g1.data()[i] - g3.data()[i] - g3.data()[256 + i] - g3.data()[512 + i]) < 1e-14);
        BOOST_TEST(g4.data()[768 + i] == 0);
    }
}

BOOST_AUTO_TEST_CASE(large_pictures_are_averaged_down) {
    auto lpips = small_lpips();
    auto large = random_array<double, 4>({1, 3, 512, 512}, 1), target = random_array<double, 4>({1, 3, 512, 512}, 2),
         gradient = large;
    const auto halved = [](const auto& x) {
        auto y = xt::xtensor<double, 4>::from_shape({1, 3, 256, 256});
        for (std::size_t c = 0; c < 3; ++c)
            for (std::size_t h = 0; h < 256; ++h)
                for (std::size_t w = 0; w < 256; ++w)
                    y(0, c, h, w) = (x(0, c, 2 * h, 2 * w) + x(0, c, 2 * h, 2 * w + 1) + x(0, c, 2 * h + 1, 2 * w) +
                                     x(0, c, 2 * h + 1, 2 * w + 1)) /
                                    4;
        return y;
    };
    LpipsTarget<Double> to(lpips, target);
    BOOST_TEST(to(large, gradient) == lpips(halved(large), halved(target))[0], boost::test_tools::tolerance(1e-12));
    BOOST_TEST(gradient(0, 1, 6, 8) == gradient(0, 1, 7, 9));
}

BOOST_AUTO_TEST_CASE(shapes_are_checked) {
    auto lpips = small_lpips();
    const auto two = random_array<double, 4>({2, 3, 16, 16}, 1);
    BOOST_CHECK_THROW((LpipsTarget<Double>(lpips, two)), ShapeError);
    LpipsTarget<Double> target(lpips, random_array<double, 4>({1, 3, 16, 16}, 1));
    auto other = random_array<double, 4>({1, 3, 16, 18}, 1), gradient = other;
    BOOST_CHECK_THROW((void)target(other, gradient), ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
