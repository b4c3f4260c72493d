// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/resampling/blur.hpp>

#include "ops/maps.hpp"

#include <boost/test/unit_test.hpp>

#include <tuple>

BOOST_AUTO_TEST_SUITE(blur)

namespace ops = stylegan::ops;
using namespace maps;
using Scalars = std::tuple<float, double>;

namespace {

/// An asymmetric filter, to detect a reversed one.
template <class S>
std::vector<S> filter_of(int taps) {
    std::vector<S> f;
    for (int k = 0; k < taps; ++k) f.push_back(static_cast<S>((k + 1.0) / (taps * (taps + 1) / 2)));
    return f;
}

template <class S>
Values plain_blur(const MapsOf<S>& x, const std::vector<S>& filter) {
    const auto v = x.view();
    const Index radius = static_cast<Index>(filter.size()) / 2, height = x.extent(2), width = x.extent(3);
    Values y;
    for (Index n = 0; n < x.extent(0); ++n)
        for (Index c = 0; c < x.extent(1); ++c)
            for (Index h = 0; h < height; ++h)
                for (Index w = 0; w < width; ++w) {
                    double sum = 0;
                    for (Index i = -radius; i <= radius; ++i)
                        for (Index j = -radius; j <= radius; ++j)
                            if (h + i >= 0 && h + i < height && w + j >= 0 && w + j < width)
                                sum += double(filter[static_cast<std::size_t>(i + radius)]) *
                                       double(filter[static_cast<std::size_t>(j + radius)]) *
                                       double(v(n, c, h + i, w + j));
                    y.push_back(sum);
                }
    return y;
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(is_the_separable_sum, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    for (const Shape& shape : odd_shapes)
        for (int taps : {1, 3, 5, 9, ops::longest_blur}) {
            const auto x = random_maps<S>(shape, 1);
            const auto filter = filter_of<S>(taps);
            auto y = unwritten<S>(shape);
            ops::blur(c, x.view(), filter, y.view());
            BOOST_TEST(finite_difference::error_of(values(y), plain_blur(x, filter)) < tolerance<S>);
        }
}

BOOST_AUTO_TEST_CASE(large_planes_are_cut_into_strips_unseen) {
    Context<Cpu> c({1, kernels_under_test()});
    for (const Shape& shape : {Shape{1, 1, 1024, 1024}, Shape{1, 2, 50, 3000}, Shape{1, 1, 5000, 3}}) {
        const auto x = random_maps<float>(shape, 2);
        for (int taps : {3, 7}) {
            const auto filter = filter_of<float>(taps);
            auto y = unwritten<float>(shape);
            ops::blur(c, x.view(), filter, y.view());
            BOOST_TEST(finite_difference::error_of(values(y), plain_blur(x, filter)) < tolerance<float>);
        }
    }
}

BOOST_AUTO_TEST_CASE(derivatives) {
    Context<Double> c({1, kernels_under_test()});
    for (const Shape& shape : small_shapes)
        for (int taps : {3, 5}) {
            const auto filter = filter_of<double>(taps);
            const auto run = [&](auto op, const Values& x) {
                Values y(x.size(), NAN);
                op(c, view(x, shape), filter, view(y, shape));
                return y;
            };
            const auto forward = [&](const Values& x) { return run([](auto&&... a) { ops::blur(a...); }, x); };
            const auto gradient = [&](const Values& dy) {
                return run([](auto&&... a) { ops::blur_gradient(a...); }, dy);
            };
            finite_difference::check_derivatives(
                {forward, [&](const Values&, const Values& dy) { return gradient(dy); },
                 [&](const Values&, const Values& x_dot) { return forward(x_dot); },
                 [&](const Values&, const Values&, const Values&, const Values& dy_dot) { return gradient(dy_dot); }},
                size_of(shape), 3);
        }
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_threads) {
    const auto x = random_maps<float>(large_shape, 4);
    for (int taps : {3, 5}) {
        const auto filter = filter_of<float>(taps);
        check_threads([&](Context<Cpu>& c) {
            auto y = unwritten<float>(large_shape), dx = unwritten<float>(large_shape);
            ops::blur(c, x.view(), filter, y.view());
            ops::blur_gradient(c, y.view(), filter, dx.view());
            return finite_difference::joined({values(y), values(dx)});
        });
    }
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    Context<Cpu> c({1, kernels_under_test()});
    auto x = random_maps<float>({1, 2, 3, 4}, 5), y = unwritten<float>({1, 2, 3, 5}),
         z = unwritten<float>({1, 2, 3, 4});
    BOOST_CHECK_THROW(ops::blur(c, x.view(), filter_of<float>(3), y.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::blur(c, x.view(), filter_of<float>(4), z.view()), stylegan::ValueError);
    BOOST_CHECK_THROW(ops::blur(c, x.view(), std::vector<float>{}, z.view()), stylegan::ValueError);
    BOOST_CHECK_THROW(ops::blur(c, x.view(), std::vector<float>(65, 0.f), z.view()), stylegan::ValueError);
    BOOST_CHECK_THROW(ops::blur(c, x.view(), filter_of<float>(3), x.view()), stylegan::ValueError);
    BOOST_CHECK_THROW(ops::blur_gradient(c, x.view(), filter_of<float>(3), y.view()), stylegan::ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
