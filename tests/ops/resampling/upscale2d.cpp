// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/resampling/upscale2d.hpp>

#include "ops/maps.hpp"

#include <boost/test/unit_test.hpp>

#include <tuple>

BOOST_AUTO_TEST_SUITE(upscale2d)

namespace ops = stylegan::ops;
using namespace maps;
using Scalars = std::tuple<float, double>;

namespace {

Shape larger(const Shape& s, int factor) { return {s[0], s[1], s[2] * factor, s[3] * factor}; }

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(repeats_each_pixel, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    for (const Shape& shape : odd_shapes)
        for (int factor : {1, 2, 3, 4}) {
            const auto x = random_maps<S>(shape, 1);
            auto y = unwritten<S>(larger(shape, factor));
            ops::upscale2d(c, x.view(), factor, y.view());
            bool all = true;
            for (Index n = 0; n < y.extent(0); ++n)
                for (Index k = 0; k < y.extent(1); ++k)
                    for (Index h = 0; h < y.extent(2); ++h)
                        for (Index w = 0; w < y.extent(3); ++w)
                            all = all && y.view()(n, k, h, w) == x.view()(n, k, h / factor, w / factor);
            BOOST_TEST(all, "factor " << factor);
        }
}

BOOST_AUTO_TEST_CASE(derivatives) {
    Context<Double> c({1, kernels_under_test()});
    for (const Shape& shape : small_shapes)
        for (int factor : {2, 3}) {
            const auto forward = [&](const Values& x) {
                Values y(x.size() * static_cast<std::size_t>(factor * factor), NAN);
                ops::upscale2d(c, view(x, shape), factor, view(y, larger(shape, factor)));
                return y;
            };
            const auto gradient = [&](const Values& dy) {
                Values dx(static_cast<std::size_t>(size_of(shape)), NAN);
                ops::upscale2d_gradient(c, view(dy, larger(shape, factor)), factor, view(dx, shape));
                return dx;
            };
            finite_difference::check_derivatives(
                {forward, [&](const Values&, const Values& dy) { return gradient(dy); },
                 [&](const Values&, const Values& x_dot) { return forward(x_dot); },
                 [&](const Values&, const Values&, const Values&, const Values& dy_dot) { return gradient(dy_dot); }},
                size_of(shape), 2);
        }
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_threads) {
    const auto x = random_maps<float>(large_shape, 3);
    check_threads([&](Context<Cpu>& c) {
        auto y = unwritten<float>(larger(large_shape, 2)), dx = unwritten<float>(large_shape);
        ops::upscale2d(c, x.view(), 2, y.view());
        ops::upscale2d_gradient(c, y.view(), 2, dx.view());
        return finite_difference::joined({values(y), values(dx)});
    });
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    Context<Cpu> c({1, kernels_under_test()});
    auto x = random_maps<float>({1, 2, 3, 4}, 4), y = unwritten<float>({1, 2, 6, 7});
    BOOST_CHECK_THROW(ops::upscale2d(c, x.view(), 2, y.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::upscale2d_gradient(c, y.view(), 2, x.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::upscale2d(c, x.view(), 0, y.view()), stylegan::ValueError);
}

BOOST_AUTO_TEST_SUITE_END()
