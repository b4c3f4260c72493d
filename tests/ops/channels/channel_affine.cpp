// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/channels/channel_affine.hpp>

#include "ops/maps.hpp"

#include <boost/test/unit_test.hpp>

#include <tuple>

BOOST_AUTO_TEST_SUITE(channel_affine)

namespace ops = stylegan::ops;
using namespace maps;
using Scalars = std::tuple<float, double>;

BOOST_AUTO_TEST_CASE_TEMPLATE(scales_and_shifts_each_channel, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    for (const Shape& shape : odd_shapes) {
        auto x = random_maps<S>(shape, 1);
        const auto scale = random_vector<S>(shape[1], 2), shift = random_vector<S>(shape[1], 3);
        auto y = unwritten<S>(shape), unshifted = unwritten<S>(shape);
        ops::channel_affine(c, x.view(), scale, shift, y.view());
        ops::channel_affine(c, x.view(), scale, {}, unshifted.view());
        Values expected, expected_unshifted;
        for (Index i = 0; i < x.size(); ++i) {
            const auto k = static_cast<std::size_t>(i / (shape[2] * shape[3]) % shape[1]);
            expected_unshifted.push_back(double(scale[k]) * double(x.data()[i]));
            expected.push_back(expected_unshifted.back() + double(shift[k]));
        }
        BOOST_TEST(finite_difference::error_of(values(y), expected) < tolerance<S>);
        BOOST_TEST(finite_difference::error_of(values(unshifted), expected_unshifted) < tolerance<S>);
        ops::channel_affine(c, x.view(), scale, shift, x.view());
        BOOST_TEST(same_bits(values(x), values(y)), "in place");
    }
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_threads) {
    const auto x = random_maps<float>(large_shape, 3);
    const std::vector<float> scale{2, -1, 0.5f};
    check_threads([&](Context<Cpu>& c) {
        auto y = unwritten<float>(large_shape);
        ops::channel_affine(c, x.view(), scale, scale, y.view());
        return values(y);
    });
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    Context<Cpu> c({1, kernels_under_test()});
    auto x = random_maps<float>({1, 2, 3, 4}, 5), y = unwritten<float>({1, 2, 4, 3});
    const std::vector<float> two(2), three(3);
    BOOST_CHECK_THROW(ops::channel_affine(c, x.view(), two, two, y.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::channel_affine(c, x.view(), three, {}, x.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::channel_affine(c, x.view(), two, three, x.view()), stylegan::ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
