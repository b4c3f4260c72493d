// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/resampling/downscale2d.hpp>

#include "ops/maps.hpp"

#include <boost/test/unit_test.hpp>

#include <tuple>

BOOST_AUTO_TEST_SUITE(downscale2d)

namespace ops = stylegan::ops;
using namespace maps;
using Scalars = std::tuple<float, double>;

namespace {

Shape larger(const Shape& s, int factor) { return {s[0], s[1], s[2] * factor, s[3] * factor}; }

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(takes_the_mean_of_each_block, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    for (const Shape& shape : odd_shapes)
        for (int factor : {1, 2, 3, 4}) {
            const auto x = random_maps<S>(larger(shape, factor), 1);
            auto y = unwritten<S>(shape);
            ops::downscale2d(c, x.view(), factor, y.view());
            Values expected;
            for (Index n = 0; n < shape[0]; ++n)
                for (Index k = 0; k < shape[1]; ++k)
                    for (Index h = 0; h < shape[2]; ++h)
                        for (Index w = 0; w < shape[3]; ++w) {
                            double sum = 0;
                            for (Index i = 0; i < factor; ++i)
                                for (Index j = 0; j < factor; ++j)
                                    sum += double(x.view()(n, k, h * factor + i, w * factor + j));
                            expected.push_back(sum / (factor * factor));
                        }
            BOOST_TEST(finite_difference::error_of(values(y), expected) < tolerance<S>);
        }
}

BOOST_AUTO_TEST_CASE(derivatives) {
    Context<Double> c({1, kernels_under_test()});
    for (const Shape& shape : {Shape{1, 1, 1, 1}, Shape{2, 3, 2, 3}, Shape{1, 2, 3, 1}})
        for (int factor : {2, 3}) {
            const auto forward = [&](const Values& x) {
                Values y(static_cast<std::size_t>(size_of(shape)), NAN);
                ops::downscale2d(c, view(x, larger(shape, factor)), factor, view(y, shape));
                return y;
            };
            const auto gradient = [&](const Values& dy) {
                Values dx(dy.size() * static_cast<std::size_t>(factor * factor), NAN);
                ops::downscale2d_gradient(c, view(dy, shape), factor, view(dx, larger(shape, factor)));
                return dx;
            };
            finite_difference::check_derivatives(
                {forward, [&](const Values&, const Values& dy) { return gradient(dy); },
                 [&](const Values&, const Values& x_dot) { return forward(x_dot); },
                 [&](const Values&, const Values&, const Values&, const Values& dy_dot) { return gradient(dy_dot); }},
                size_of(shape) * factor * factor, 2);
        }
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_threads) {
    const auto x = random_maps<float>(larger(large_shape, 2), 3);
    check_threads([&](Context<Cpu>& c) {
        auto y = unwritten<float>(large_shape), dx = unwritten<float>(larger(large_shape, 2));
        ops::downscale2d(c, x.view(), 2, y.view());
        ops::downscale2d_gradient(c, y.view(), 2, dx.view());
        return finite_difference::joined({values(y), values(dx)});
    });
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    Context<Cpu> c({1, kernels_under_test()});
    auto x = random_maps<float>({1, 2, 6, 7}, 4), y = unwritten<float>({1, 2, 3, 3});
    BOOST_CHECK_THROW(ops::downscale2d(c, x.view(), 2, y.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::downscale2d_gradient(c, y.view(), 2, x.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::downscale2d(c, x.view(), 0, y.view()), stylegan::ValueError);
}

BOOST_AUTO_TEST_SUITE_END()
