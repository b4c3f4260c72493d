// SPDX-License-Identifier: Apache-2.0
#include <stylegan/metrics/lpips.hpp>

#include "models/networks.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <numeric>
#include <unsupported/Eigen/CXX11/Tensor>

BOOST_AUTO_TEST_SUITE(lpips)

using namespace stylegan;
using namespace model_test;

namespace {

using Double = BasicCpu<double>;
using RowMajorPictures = Eigen::TensorMap<Eigen::Tensor<const float, 4, Eigen::RowMajor>>;

template <class Device>
Lpips<Device> small_lpips(int width, Device device = {}) {
    Vgg16<Device> vgg(width, {.wscale = false}, 5, device);
    for_each_parameter(vgg, [](const std::string&, Parameter<Device>& p) {
        if (p.shape().size() == 1) std::fill(p.value().begin(), p.value().end(), typename Device::Scalar(0.2));
    });
    return Lpips<Device>(std::move(vgg));
}

}  // namespace

BOOST_AUTO_TEST_CASE(is_a_distance) {
    const auto lpips = small_lpips<Cpu>(4);
    const auto a = random_array<float, 4>({3, 3, 18, 20}, 1), b = random_array<float, 4>({3, 3, 18, 20}, 2);
    const auto d = lpips(a, b), back = lpips(b, a), none = lpips(a, a);
    const auto parts = lpips.per_stage(a, b);
    BOOST_TEST_REQUIRE(d.size() == 3u);
    BOOST_TEST_REQUIRE(parts.shape(1) == 5u);
    for (std::size_t n = 0; n < 3; ++n) {
        BOOST_TEST(d[n] > 0);
        BOOST_TEST(d[n] == back[n], boost::test_tools::tolerance(1e-12));
        BOOST_TEST(none[n] == 0);
        BOOST_TEST(std::accumulate(&parts(n, 0), &parts(n, 0) + 5, 0.0) == d[n], boost::test_tools::tolerance(1e-14));
    }
}

BOOST_AUTO_TEST_CASE(a_picture_has_its_distance_in_whatever_company) {
    const auto lpips = small_lpips<Cpu>(4, Cpu{2});
    const auto a = random_array<float, 4>({5, 3, 32, 32}, 1), b = random_array<float, 4>({5, 3, 32, 32}, 2);
    const auto together = lpips(a, b);
    for (std::size_t n = 0; n < 5; ++n) {
        auto one = xt::xtensor<float, 4>::from_shape({1, 3, 32, 32}), other = one;
        std::copy_n(a.data() + n * one.size(), one.size(), one.data());
        std::copy_n(b.data() + n * one.size(), one.size(), other.data());
        BOOST_TEST(lpips(one, other)[0] == together[n]);
    }
}

BOOST_AUTO_TEST_CASE(pictures_of_eigen_give_the_same_bits) {
    auto lpips = small_lpips<Cpu>(2);
    const auto a = random_array<float, 4>({2, 3, 16, 18}, 1), b = random_array<float, 4>({2, 3, 16, 18}, 2);
    const Eigen::Tensor<float, 4, Eigen::RowMajor> t = as<RowMajorPictures>(a);
    const Eigen::Tensor<float, 4> columns = t.swap_layout().shuffle(std::array<int, 4>{3, 2, 1, 0});
    const auto expected = lpips(a, b);
    BOOST_TEST(lpips(t, as<RowMajorPictures>(b)) == expected, boost::test_tools::per_element());
    BOOST_TEST(lpips(columns, view_of(b)) == expected, boost::test_tools::per_element());
    BOOST_TEST(same(lpips.per_stage(t, b), lpips.per_stage(a, b)));
    BOOST_TEST(same(lpips.gradient(columns, b), lpips.gradient(a, b)));
}

BOOST_AUTO_TEST_CASE(heads_weigh_the_channels) {
    auto lpips = small_lpips<Cpu>(2);
    const auto a = random_array<float, 4>({1, 3, 16, 16}, 1), b = random_array<float, 4>({1, 3, 16, 16}, 2);
    const auto before = lpips.per_stage(a, b);
    for (float& v : lpips.head(2).value()) v *= 3;
    const auto after = lpips.per_stage(a, b);
    for (std::size_t s = 0; s < 5; ++s)
        BOOST_TEST(after(0, s) == (s == 2 ? 3 : 1) * before(0, s), boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(the_gradient_against_central_differences) {
    auto lpips = small_lpips<Double>(2);
    const auto a = random_array<double, 4>({2, 3, 16, 19}, 3), b = random_array<double, 4>({2, 3, 16, 19}, 4);
    const auto gradient = lpips.gradient(a, b);
    const auto sum = [&](const auto& x) {
        const auto d = lpips(x, b);
        return d[0] + d[1];
    };
    const double h = 1e-6;
    double worst = 0, largest = 0;
    for (std::size_t i = 0; i < a.size(); i += 23) {
        auto up = a, down = a;
        up.data()[i] += h;
        down.data()[i] -= h;
        const double expected = (sum(up) - sum(down)) / (2 * h);
        worst = std::max(worst, std::abs(expected - gradient.data()[i]));
        largest = std::max(largest, std::abs(expected));
    }
    BOOST_TEST(largest > 0);
    BOOST_TEST(worst < 1e-5 * largest);
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    const auto lpips = small_lpips<Cpu>(1);
    const auto a = random_array<float, 4>({2, 3, 16, 16}, 1);
    BOOST_CHECK_THROW((void)lpips(a, random_array<float, 4>({1, 3, 16, 16}, 1)), ShapeError);
    BOOST_CHECK_THROW((void)lpips(a, random_array<float, 4>({2, 3, 16, 17}, 1)), ShapeError);
    const auto small = random_array<float, 4>({2, 3, 8, 16}, 1);
    BOOST_CHECK_THROW((void)lpips(small, small), ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
