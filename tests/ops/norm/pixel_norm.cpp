// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/norm/pixel_norm.hpp>

#include "ops/maps.hpp"

#include <boost/test/unit_test.hpp>

#include <tuple>

BOOST_AUTO_TEST_SUITE(pixel_norm)

namespace ops = stylegan::ops;
using namespace maps;
using Scalars = std::tuple<float, double>;

namespace {

Shape one_channel(const Shape& s) { return {s[0], 1, s[2], s[3]}; }

/// The four functions on flat values; eps is large, so that one channel has a derivative worth checking.
struct PixelNorm {
    Context<Double>& c;
    Shape shape;
    double eps = 0.1;

    struct Result {
        Values y, inverse;
    };

    Result run(const Values& x) const {
        Result r{Values(x.size(), NAN), Values(static_cast<std::size_t>(size_of(one_channel(shape))), NAN)};
        ops::pixel_norm(c, view(x, shape), eps, view(r.y, shape), view(r.inverse, one_channel(shape)));
        return r;
    }
    Values gradient(const Values& x, const Values& dy) const {
        const Result r = run(x);
        Values dx(x.size(), NAN);
        ops::pixel_norm_gradient(c, view(r.y, shape), view(r.inverse, one_channel(shape)), view(dy, shape),
                                 view(dx, shape));
        return dx;
    }
    Result tangent(const Values& x, const Values& x_dot) const {
        const Result r = run(x);
        Result t{Values(x.size(), NAN), Values(r.inverse.size(), NAN)};
        ops::pixel_norm_tangent(c, view(r.y, shape), view(r.inverse, one_channel(shape)), view(x_dot, shape),
                                view(t.y, shape), view(t.inverse, one_channel(shape)));
        return t;
    }
    Values gradient_tangent(const Values& x, const Values& x_dot, const Values& dy, const Values& dy_dot) const {
        const Result r = run(x), t = tangent(x, x_dot);
        const Values dx = gradient(x, dy);
        Values dx_dot(x.size(), NAN);
        ops::pixel_norm_gradient_tangent(c, view(r.y, shape), view(r.inverse, one_channel(shape)), view(t.y, shape),
                                         view(t.inverse, one_channel(shape)), view(dy, shape), view(dx, shape),
                                         view(dy_dot, shape), view(dx_dot, shape));
        return dx_dot;
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(divides_by_the_root_mean_square, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    for (const Shape& shape : odd_shapes) {
        auto x = random_maps<S>(shape, 1);
        auto y = unwritten<S>(shape), inverse = unwritten<S>(one_channel(shape));
        ops::pixel_norm(c, x.view(), S(1e-8), y.view(), inverse.view());
        Values expected(static_cast<std::size_t>(x.size())), expected_inverse;
        for (Index n = 0; n < shape[0]; ++n)
            for (Index h = 0; h < shape[2]; ++h)
                for (Index w = 0; w < shape[3]; ++w) {
                    double square = 0;
                    for (Index k = 0; k < shape[1]; ++k)
                        square += double(x.view()(n, k, h, w)) * double(x.view()(n, k, h, w));
                    const double r = 1 / std::sqrt(square / double(shape[1]) + 1e-8);
                    expected_inverse.push_back(r);
                    for (Index k = 0; k < shape[1]; ++k)
                        view(expected, shape)(n, k, h, w) = r * double(x.view()(n, k, h, w));
                }
        BOOST_TEST(finite_difference::error_of(values(y), expected) < tolerance<S>);
        BOOST_TEST(finite_difference::error_of(values(inverse), expected_inverse) < tolerance<S>);
        ops::pixel_norm(c, x.view(), S(1e-8), x.view(), inverse.view());
        BOOST_TEST(same_bits(values(x), values(y)), "in place");
    }
}

BOOST_AUTO_TEST_CASE(derivatives) {
    Context<Double> c({1, kernels_under_test()});
    for (const Shape& shape : small_shapes) {
        const PixelNorm f{c, shape};
        finite_difference::check_derivatives(
            {[&](const Values& x) { return f.run(x).y; },
             [&](const Values& x, const Values& dy) { return f.gradient(x, dy); },
             [&](const Values& x, const Values& x_dot) { return f.tangent(x, x_dot).y; },
             [&](const auto&... all) { return f.gradient_tangent(all...); }},
            size_of(shape), 2);
    }
}

BOOST_AUTO_TEST_CASE(outputs_may_be_inputs) {
    Context<Double> c({1, kernels_under_test()});
    const Shape shape{2, 3, 5, 7}, one = one_channel(shape);
    const PixelNorm f{c, shape};
    const Values x = finite_difference::normal_values(size_of(shape), 3),
                 d = finite_difference::normal_values(size_of(shape), 4);
    const auto r = f.run(x), t = f.tangent(x, d);
    Values dx = d, y_dot = d, rate(t.inverse.size()), dx_dot = d;
    ops::pixel_norm_gradient(c, view(r.y, shape), view(r.inverse, one), view(dx, shape), view(dx, shape));
    BOOST_TEST(same_bits(dx, f.gradient(x, d)));
    ops::pixel_norm_tangent(c, view(r.y, shape), view(r.inverse, one), view(y_dot, shape), view(y_dot, shape),
                            view(rate, one));
    BOOST_TEST(same_bits(y_dot, t.y));
    ops::pixel_norm_gradient_tangent(c, view(r.y, shape), view(r.inverse, one), view(t.y, shape), view(t.inverse, one),
                                     view(x, shape), view(f.gradient(x, x), shape), view(dx_dot, shape),
                                     view(dx_dot, shape));
    BOOST_TEST(same_bits(dx_dot, f.gradient_tangent(x, d, x, d)));
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_threads) {
    for (const Shape& shape : {large_shape, Shape{64, 600, 1, 1}}) {
        const Shape one = one_channel(shape);
        const auto x = random_maps<float>(shape, 5), d = random_maps<float>(shape, 6);
        check_threads([&](Context<Cpu>& c) {
            auto y = unwritten<float>(shape), dx = unwritten<float>(shape), y_dot = unwritten<float>(shape),
                 dx_dot = unwritten<float>(shape), inverse = unwritten<float>(one), rate = unwritten<float>(one);
            ops::pixel_norm(c, x.view(), 1e-8f, y.view(), inverse.view());
            ops::pixel_norm_gradient(c, y.view(), inverse.view(), d.view(), dx.view());
            ops::pixel_norm_tangent(c, y.view(), inverse.view(), x.view(), y_dot.view(), rate.view());
            ops::pixel_norm_gradient_tangent(c, y.view(), inverse.view(), y_dot.view(), rate.view(), d.view(),
                                             dx.view(), x.view(), dx_dot.view());
            return finite_difference::joined({values(y), values(dx), values(y_dot), values(dx_dot)});
        });
    }
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    Context<Cpu> c({1, kernels_under_test()});
    auto x = random_maps<float>({2, 3, 4, 5}, 7), other = random_maps<float>({2, 3, 5, 4}, 8);
    auto one = random_maps<float>({2, 1, 4, 5}, 9);
    const auto a = x.view(), b = other.view(), r = one.view();
    BOOST_CHECK_THROW(ops::pixel_norm(c, a, 1e-8f, b, r), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::pixel_norm(c, a, 1e-8f, a, a), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::pixel_norm_gradient(c, a, r, b, a), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::pixel_norm_gradient(c, a, a, a, a), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::pixel_norm_tangent(c, a, r, b, a, r), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::pixel_norm_tangent(c, a, r, a, a, a), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::pixel_norm_gradient_tangent(c, a, r, a, r, a, a, b, a), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::pixel_norm_gradient_tangent(c, a, r, a, a, a, a, a, a), stylegan::ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
